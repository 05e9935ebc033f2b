//! The beginning of a body, kept for the case that it is an error.

/// Characters of a body that an error keeps.
const MAX_CHARS: usize = 2_000;
/// Bytes that are enough for so many characters.
const MAX_BYTES: usize = MAX_CHARS * 4;

/// The beginning of a body, however long the body is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head(Vec<u8>);

impl Head {
    /// Takes the next bytes of the body; keeps them while there is room.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        let room = MAX_BYTES.saturating_sub(self.0.len()).min(chunk.len());
        self.0.extend_from_slice(chunk.get(..room).unwrap_or_default());
    }

    /// The bytes kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// At most 2,000 characters.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).chars().take(MAX_CHARS).collect()
    }

    /// Whether nothing but white space came.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.trim_ascii().is_empty()
    }

    /// Whether it begins like HTML or XML.
    pub(crate) fn is_markup(&self) -> bool {
        self.0.trim_ascii_start().starts_with(b"<")
    }
}
