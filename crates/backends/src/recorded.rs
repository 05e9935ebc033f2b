//! Answers of real servers, for tests: see `tests/fixtures/record.mjs`.

use std::path::Path;

use domain::warning::Warning;

use crate::{BackendError, Decoder, Endpoint, Headers};

/// What a server once answered.
pub(crate) struct Recorded {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    /// The query that was asked; empty where there was none.
    pub(crate) query: String,
    /// From when to when, where that was asked for in Unix seconds.
    pub(crate) range_secs: Option<(i64, i64)>,
}

/// The answer of that name in a folder of `tests/fixtures`.
pub(crate) fn recorded(folder: &str, name: &str) -> Recorded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let row = index.lines().find(|it| it.split('\t').next() == Some(name)).unwrap();
    let mut cells = row.split('\t').skip(1);
    let mut cell = || cells.next().unwrap_or_default().to_owned();
    Recorded {
        status: cell().parse().unwrap(),
        headers: Headers(vec![("content-type".to_owned(), cell())]),
        query: {
            let (_bytes, _path) = (cell(), cell());
            cell()
        },
        range_secs: cell().parse().ok().zip(cell().parse().ok()),
        body: std::fs::read(folder.join(format!("{name}.body"))).unwrap(),
    }
}

impl Recorded {
    /// What an endpoint makes of it, which must not depend on how the network cut it.
    #[track_caller]
    pub(crate) fn read<E: Endpoint>(&self, endpoint: &E) -> Result<(E::Output, Vec<Warning>), BackendError>
    where
        E::Output: std::fmt::Debug,
    {
        let whole = self.read_in(endpoint, usize::MAX);
        for len in [1, 7, 100] {
            assert_eq!(
                format!("{:?}", self.read_in(endpoint, len)),
                format!("{whole:?}"),
                "in chunks of {len}"
            );
        }
        whole
    }

    fn read_in<E: Endpoint>(
        &self,
        endpoint: &E,
        chunk_len: usize,
    ) -> Result<(E::Output, Vec<Warning>), BackendError> {
        let mut decoder = endpoint.decoder();
        self.body.chunks(chunk_len).for_each(|chunk| decoder.push(chunk));
        decoder.finish(self.status, &self.headers)
    }

    /// The same with some bytes changed.
    pub(crate) fn damaged(mut self, places: &[(usize, u8)]) -> Self {
        let len = self.body.len();
        for (place, byte) in places {
            self.body[place % len] = *byte;
        }
        self
    }

    /// The same with another body.
    pub(crate) fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// The same with another status and media type.
    pub(crate) fn with_head(self, status: u16, media_type: &str) -> Self {
        Self { status, headers: Headers(vec![("content-type".to_owned(), media_type.to_owned())]), ..self }
    }
}
