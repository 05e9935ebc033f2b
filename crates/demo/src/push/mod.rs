//! Ways into the servers: Loki's push, Prometheus remote write, OTLP over HTTP.

mod loki;
mod otlp;
mod remote_write;

pub use loki::loki_bodies;
pub use otlp::otlp_bodies;
pub use remote_write::{remote_write_bodies, write_request};

use std::thread;
use std::time::Duration;

use crate::telemetry::Batch;

/// Why telemetry could not be delivered.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// Nobody answered.
    #[error("{server} cannot be reached ({cause}): {url}")]
    Unreachable {
        /// Which server.
        server: &'static str,
        /// Its address.
        url: String,
        /// What the network said.
        cause: String,
    },
    /// The server said no.
    #[error("{server} answered {status}: {body} ({url})")]
    Refused {
        /// Which server.
        server: &'static str,
        /// Its address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        body: String,
    },
}

/// Where telemetry goes; a server without an address gets none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// Base address of Loki.
    pub loki: Option<String>,
    /// Base address of Prometheus.
    pub prometheus: Option<String>,
    /// Base address of Mimir.
    pub mimir: Option<String>,
    /// `X-Scope-OrgID` for Mimir.
    pub tenant: Option<String>,
    /// Base address of an OTLP/HTTP receiver.
    pub tempo_otlp: Option<String>,
}

/// Delivers batches.
pub struct Pusher {
    agent: ureq::Agent,
    targets: Targets,
}

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];
const REMOTE_WRITE: [(&str, &str); 3] = [
    ("Content-Type", "application/x-protobuf"),
    ("Content-Encoding", "snappy"),
    ("X-Prometheus-Remote-Write-Version", "0.1.0"),
];

struct Post<'a> {
    server: &'static str,
    url: String,
    headers: &'a [(&'a str, &'a str)],
    body: &'a [u8],
}

impl Pusher {
    /// A pusher to these servers.
    pub fn new(targets: Targets) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self { agent: config.into(), targets }
    }

    /// Delivers a batch, oldest first in every stream and series, to all servers at once.
    ///
    /// # Errors
    /// The first server that stayed away, or said no.
    pub fn push(&self, batch: &Batch) -> Result<(), PushError> {
        let never_panics = |_| Ok(());
        thread::scope(|scope| {
            let lines = scope.spawn(|| self.push_lines(batch));
            let spans = scope.spawn(|| self.push_spans(batch));
            self.push_series(batch)?;
            lines.join().unwrap_or_else(never_panics)?;
            spans.join().unwrap_or_else(never_panics)
        })
    }

    fn push_lines(&self, batch: &Batch) -> Result<(), PushError> {
        let Some(base) = &self.targets.loki else { return Ok(()) };
        let url = format!("{base}/loki/api/v1/push");
        for body in loki_bodies(&batch.lines) {
            self.post(&Post { server: "Loki", url: url.clone(), headers: &JSON, body: body.as_bytes() })?;
        }
        Ok(())
    }

    fn push_spans(&self, batch: &Batch) -> Result<(), PushError> {
        let Some(base) = &self.targets.tempo_otlp else { return Ok(()) };
        let url = format!("{base}/v1/traces");
        for body in otlp_bodies(&batch.spans) {
            let server = "The OTLP receiver";
            self.post(&Post { server, url: url.clone(), headers: &JSON, body: body.as_bytes() })?;
        }
        Ok(())
    }

    fn push_series(&self, batch: &Batch) -> Result<(), PushError> {
        let Targets { prometheus, mimir, tenant, .. } = &self.targets;
        if prometheus.is_none() && mimir.is_none() {
            return Ok(());
        }
        let mut with_tenant = REMOTE_WRITE.to_vec();
        with_tenant.extend(tenant.as_deref().map(|it| ("X-Scope-OrgID", it)));
        for body in remote_write_bodies(&batch.series) {
            if let Some(base) = prometheus {
                let url = format!("{base}/api/v1/write");
                self.post(&Post { server: "Prometheus", url, headers: &REMOTE_WRITE, body: &body })?;
            }
            if let Some(base) = mimir {
                let url = format!("{base}/api/v1/push");
                self.post(&Post { server: "Mimir", url, headers: &with_tenant, body: &body })?;
            }
        }
        Ok(())
    }

    /// Posts, and again after a while where the server is busy or away for a moment.
    fn post(&self, post: &Post<'_>) -> Result<(), PushError> {
        let mut waits = [200, 1000, 3000].map(Duration::from_millis).into_iter();
        loop {
            let error = match self.post_once(post) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let worth_it = match &error {
                PushError::Unreachable { .. } => true,
                PushError::Refused { status, .. } => matches!(status, 429 | 500 | 502 | 503 | 504),
            };
            match waits.next() {
                Some(wait) if worth_it => thread::sleep(wait),
                _ => return Err(error),
            }
        }
    }

    fn post_once(&self, post: &Post<'_>) -> Result<(), PushError> {
        let Post { server, url, headers, body } = post;
        let unreachable = |cause: ureq::Error| PushError::Unreachable {
            server,
            url: url.clone(),
            cause: cause.to_string(),
        };
        let request =
            headers.iter().fold(self.agent.post(url), |request, (name, value)| request.header(*name, *value));
        let mut response = request.send(*body).map_err(unreachable)?;
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string().map_err(unreachable)?;
        if (200..300).contains(&status) {
            return Ok(());
        }
        Err(PushError::Refused { server, url: url.clone(), status, body: body.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::telemetry::LogLine;

    #[test]
    fn a_refusal_names_the_server_the_status_and_what_it_said() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0_u8; 4096];
            let _ = stream.read(&mut head).unwrap();
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 20\r\nConnection: close\r\n\r\nentry too far behind")
                .unwrap();
        });
        let line = LogLine {
            at: domain::time::Timestamp::from_secs(1),
            labels: vec![("app", "a".to_owned())],
            metadata: vec![],
            body: "hello".to_owned(),
        };
        let batch = Batch { lines: vec![line], ..Batch::default() };
        let error = Pusher::new(Targets { loki: Some(base), ..Targets::default() }).push(&batch).unwrap_err();
        server.join().unwrap();
        let words = error.to_string();
        assert!(words.starts_with("Loki answered 400: entry too far behind (http://127"), "{words}");
    }
}
