//! The transport without a browser: plain HTTP, with the tenant and the proof that the configuration asks for.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use backends::{
    BackendError, ErrorKind, Headers, RequestSpec, Sendable, SourceKind, basic_proof, bearer_proof, spell,
};
use inquiry::retry::{Failure, wait_millis};
use inquiry::{Head, LocalFuture, Transport};
use system::config::{AuthScheme, Source, SourceKind as ConfiguredKind, Sources};

use super::threads::spawn;

/// Questions that are asked at once: as many as a browser asks one server.
const AT_ONCE: usize = 6;
/// How much of a body is handed on at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Asks the servers of a configuration.
pub struct Native {
    servers: Vec<Server>,
    agent: ureq::Agent,
    turns: Arc<Turns>,
}

struct Server {
    source: SourceKind,
    /// Absolute, without a slash at its end.
    base: String,
    tenant: Option<String>,
    proof: Option<String>,
    send_custom_headers: bool,
}

/// Lets so many in at once.
struct Turns {
    n_free: Mutex<usize>,
    freed: Condvar,
}

impl Native {
    /// Asks these servers; `env` gives the proofs.
    ///
    /// # Errors
    /// When an address is relative and there is no `base`, or a proof that a server wants is not there.
    pub fn new(
        sources: &Sources,
        base: Option<&str>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let servers = sources.iter().map(|it| server(it, base, &env));
        let settings = ureq::Agent::config_builder().http_status_as_error(false).build();
        Ok(Self {
            servers: servers.collect::<Result<_, _>>()?,
            agent: settings.into(),
            turns: Arc::new(Turns { n_free: Mutex::new(AT_ONCE), freed: Condvar::new() }),
        })
    }
}

/// A server as it is asked.
fn server(it: &Source, base: Option<&str>, env: &impl Fn(&str) -> Option<String>) -> Result<Server, String> {
    let source = match it.kind {
        ConfiguredKind::Loki => SourceKind::Loki,
        ConfiguredKind::Prometheus | ConfiguredKind::Mimir => SourceKind::Prometheus,
        ConfiguredKind::Tempo => SourceKind::Tempo,
        ConfiguredKind::Pyroscope => SourceKind::Pyroscope,
    };
    let name = source.name().to_uppercase();
    let secret = |what: &str| {
        let variable = format!("JOBSCOPE_{name}_{what}");
        let value = env(&variable).filter(|it| !it.is_empty());
        value.ok_or_else(|| format!("{} wants a proof: set {variable} in the environment", source.name()))
    };
    let proof = match it.auth {
        AuthScheme::None => None,
        AuthScheme::Basic => Some(basic_proof(&secret("USER")?, &secret("PASSWORD")?)),
        AuthScheme::Bearer => Some(bearer_proof(&secret("TOKEN")?)),
    };
    Ok(Server {
        source,
        base: resolved(it, base)?,
        tenant: it.tenant.clone(),
        proof,
        send_custom_headers: it.send_custom_headers,
    })
}

/// The address of a source, as a browser resolves it against the page's.
fn resolved(source: &Source, base: Option<&str>) -> Result<String, String> {
    let path = source.base();
    if source.is_absolute() {
        return Ok(path.to_owned());
    }
    let base =
        base.ok_or_else(|| format!("the address “{}” is relative: say to what (--base URL)", source.url))?;
    let is_web = base.starts_with("http://") || base.starts_with("https://");
    let after_scheme = base.find("://").map_or(0, |it| it + 3);
    let origin_end =
        base.get(after_scheme..).and_then(|it| it.find('/')).map_or(base.len(), |it| it + after_scheme);
    let (origin, rest) = base.split_at(origin_end);
    if !is_web || origin.len() <= after_scheme {
        return Err(format!("--base: “{base}” is no address: it begins with http:// or https:// and a host"));
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let folder = rest.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = path.strip_prefix("./").unwrap_or(path);
    Ok(match path {
        "." | "" => format!("{origin}{folder}"),
        _ if path.starts_with('/') => format!("{origin}{path}"),
        _ => format!("{origin}{folder}/{path}"),
    })
}

/// One request, ready to be sent from another thread.
struct Outgoing {
    agent: ureq::Agent,
    to: Sendable,
    headers: Vec<(String, String)>,
    timeout: Duration,
    source: SourceKind,
}

impl Transport for Native {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            let Some(server) = self.servers.iter().find(|it| it.source == request.source) else {
                return Err(BackendError::without_answer(request.source, ErrorKind::NotConfigured));
            };
            let outgoing = Outgoing {
                agent: self.agent.clone(),
                to: spell(&server.base, &request),
                headers: server.headers(&request),
                timeout: Duration::from_secs(request.timeout_secs.into()),
                source: request.source,
            };
            let turns = self.turns.clone();
            let (head, body) = spawn(move || turns.take(|| outgoing.exchange())).await?;
            body.chunks(CHUNK_BYTES).for_each(sink);
            Ok(head)
        })
    }
}

impl Server {
    fn headers(&self, request: &RequestSpec) -> Vec<(String, String)> {
        let may_send = |name: &str| self.send_custom_headers || name.eq_ignore_ascii_case("accept");
        let asked = request.headers.iter().filter(|(name, _)| may_send(name));
        let mut headers: Vec<(String, String)> =
            asked.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        headers.extend(self.tenant.iter().map(|it| ("X-Scope-OrgID".to_owned(), it.clone())));
        headers.extend(self.proof.iter().map(|it| ("Authorization".to_owned(), it.clone())));
        headers
    }
}

impl Turns {
    fn take<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut n_free = self.n_free.lock().unwrap_or_else(PoisonError::into_inner);
        while *n_free == 0 {
            n_free = self.freed.wait(n_free).unwrap_or_else(PoisonError::into_inner);
        }
        *n_free -= 1;
        drop(n_free);
        let done = work();
        *self.n_free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.freed.notify_one();
        done
    }
}

impl Outgoing {
    /// Asks until there is an answer worth having.
    fn exchange(&self) -> Result<(Head, Vec<u8>), BackendError> {
        let mut n_tries = 0;
        loop {
            n_tries += 1;
            let answer = self.one_try();
            let failure = match &answer {
                Ok((head, _)) if head.status == 429 || head.status >= 500 => {
                    let after = head.headers.get("retry-after").and_then(|it| it.trim().parse().ok());
                    Failure::Status(head.status, after)
                }
                Ok(_) => return answer,
                Err(error) if error.kind == ErrorKind::Unreachable => Failure::Network,
                Err(_) => return answer,
            };
            // Several jobs are rarely asked from one machine at once, so no lot is drawn.
            match wait_millis(failure, n_tries, 0.5) {
                Some(millis) => std::thread::sleep(Duration::from_millis(millis.into())),
                None => return answer,
            }
        }
    }

    fn one_try(&self) -> Result<(Head, Vec<u8>), BackendError> {
        let answer = match &self.to.body {
            None => {
                let request = self.agent.get(&self.to.address);
                let request = self.headers.iter().fold(request, |it, (name, value)| it.header(name, value));
                request.config().timeout_global(Some(self.timeout)).build().call()
            }
            Some(body) => {
                let request = self.agent.post(&self.to.address);
                let request = self.headers.iter().fold(request, |it, (name, value)| it.header(name, value));
                let request = request.header("Content-Type", body.media_type);
                request.config().timeout_global(Some(self.timeout)).build().send(&body.text)
            }
        };
        let mut answer = answer.map_err(|it| self.failed(&it))?;
        let body =
            answer.body_mut().with_config().limit(u64::MAX).read_to_vec().map_err(|it| self.failed(&it))?;
        let text = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            (name.as_str().to_ascii_lowercase(), value.to_str().unwrap_or_default().to_owned())
        };
        let headers = Headers(answer.headers().iter().map(text).collect());
        Ok((Head { status: answer.status().as_u16(), headers }, body))
    }

    /// What went wrong. The words are the client's, which knows addresses and no proofs.
    fn failed(&self, error: &ureq::Error) -> BackendError {
        let kind = match error {
            ureq::Error::Timeout(_) => {
                ErrorKind::TimedOut(u32::try_from(self.timeout.as_secs()).unwrap_or(u32::MAX))
            }
            _ => ErrorKind::Unreachable,
        };
        BackendError { body: error.to_string(), ..BackendError::without_answer(self.source, kind) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(url: &str, auth: AuthScheme) -> Source {
        Source {
            kind: ConfiguredKind::Loki,
            url: url.to_owned(),
            tenant: None,
            auth,
            send_custom_headers: true,
            ui: None,
        }
    }

    #[test]
    fn relative_addresses_are_relative_to_the_base() {
        let check = |url: &str, base: Option<&str>, expected: Result<&str, &str>| {
            let found = resolved(&source(url, AuthScheme::None), base);
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{url} {base:?}");
        };
        check("https://loki.example/x/", None, Ok("https://loki.example/x"));
        check("/loki", Some("http://host:8080/app/?page=job"), Ok("http://host:8080/loki"));
        check("loki", Some("http://host/app/index.html"), Ok("http://host/app/loki"));
        check("./loki", Some("http://host/app/"), Ok("http://host/app/loki"));
        check(".", Some("http://host/app/"), Ok("http://host/app"));
        check(".", Some("http://host"), Ok("http://host"));
        check("/loki", None, Err("the address “/loki” is relative: say to what (--base URL)"));
        check(
            "/loki",
            Some("host:8080"),
            Err("--base: “host:8080” is no address: it begins with http:// or https:// and a host"),
        );
    }

    #[test]
    fn proofs_come_from_the_environment() {
        let env = |name: &str| match name {
            "JOBSCOPE_LOKI_USER" => Some("u".to_owned()),
            "JOBSCOPE_LOKI_PASSWORD" => Some("p".to_owned()),
            _ => None,
        };
        let proof = |auth| server(&source("http://x", auth), None, &env).map(|it| it.proof);
        assert_eq!(proof(AuthScheme::None), Ok(None));
        assert_eq!(proof(AuthScheme::Basic), Ok(Some("Basic dTpw".to_owned())));
        assert_eq!(
            proof(AuthScheme::Bearer),
            Err("Loki wants a proof: set JOBSCOPE_LOKI_TOKEN in the environment".to_owned())
        );
    }
}
