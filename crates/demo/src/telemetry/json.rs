//! JSON objects for log lines, their fields in the order in which a logger writes them.

/// The longest text that a log field may hold, in characters: the deployments' own rule.
const MAX_CHARS: usize = 512;

/// A JSON object under construction.
#[derive(Clone, Debug, Default)]
pub struct Json(String);

impl Json {
    /// An object without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// A text field, cut at 512 characters.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        let cut: String = value.chars().take(MAX_CHARS).collect();
        self.raw(name, &serde_json::Value::from(cut).to_string())
    }

    /// A text field where there is a text.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// An integer field.
    #[must_use]
    pub fn int(self, name: &str, value: i64) -> Self {
        self.raw(name, &value.to_string())
    }

    /// A field whose value is JSON already.
    #[must_use]
    pub fn raw(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&serde_json::Value::from(name).to_string());
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// All fields of another object, after the ones that are there.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        if let Some(fields) = other.0.strip_prefix('{') {
            self.0.push(if self.0.is_empty() { '{' } else { ',' });
            self.0.push_str(fields);
        }
        self
    }

    /// The object as text.
    pub fn finish(self) -> String {
        if self.0.is_empty() { "{}".to_owned() } else { self.0 + "}" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_are_escaped() {
        let tail = Json::new().int("retries", 3);
        let line = Json::new().text("event", "a \"b\"\n").maybe("url", None).and(&tail).finish();
        assert_eq!(line, r#"{"event":"a \"b\"\n","retries":3}"#);
        assert_eq!(Json::new().and(&Json::new()).finish(), "{}");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let line = Json::new().text("html", &"é".repeat(600)).finish();
        assert_eq!(line.chars().filter(|it| *it == 'é').count(), 512);
    }
}
