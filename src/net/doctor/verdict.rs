//! What is the matter with a server, judged by how it answered.

use backends::{ErrorKind, SourceKind};

/// What was seen of a server.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// How it answered a question for data.
    pub(super) answer: Result<(), ErrorKind>,
    /// The status of its answer, where one came.
    pub(super) status: Option<u16>,
    /// Whether it is configured with an address of its own, not one below the page's.
    pub(super) url_is_absolute: bool,
    /// Whether the page's own origin is opaque, so that even its own server is another origin.
    pub(super) page_is_opaque: bool,
    /// Whether a tenant is configured.
    pub(super) has_tenant: bool,
    /// Whether a secret was typed.
    pub(super) has_secret: bool,
    /// Whether its words ask for a tenant.
    pub(super) asks_for_tenant: bool,
    /// What kept the answer back, where none came.
    pub(super) blocked: Blocked,
    /// What it said when it was asked whether it is ready, if it is not.
    pub(super) not_ready: Option<String>,
    /// Another address at which it does answer.
    pub(super) works_at: Option<String>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            answer: Ok(()),
            status: None,
            url_is_absolute: false,
            page_is_opaque: false,
            has_tenant: false,
            has_secret: false,
            asks_for_tenant: false,
            blocked: Blocked::Nowhere,
            not_ready: None,
            works_at: None,
        }
    }
}

/// What kept an answer back, as far as a page can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocked {
    /// Nothing answers there.
    Nowhere,
    /// Something answers, but the page may not read it.
    Unreadable,
    /// The page's own content-security policy does not let it ask.
    ByPolicy,
    /// The page came over HTTPS and may not ask over HTTP.
    MixedContent,
}

/// What is the matter with a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it answers.
    Well,
    /// Nothing answers at its address.
    Unreachable,
    /// It did not answer in time; the seconds waited.
    Slow(u32),
    /// It answers, but sends no CORS headers, so that the browser keeps the answer back.
    Cors,
    /// It answers, but the page stands in a sandboxed frame, to which it is not open.
    Sandboxed,
    /// The page came over HTTPS and may not ask over HTTP.
    MixedContent,
    /// The page's own content-security policy does not name the server.
    Policy,
    /// 401: it wants to know who asks.
    Unauthenticated {
        /// Whether something was sent as proof, and was not enough.
        secret_was_sent: bool,
    },
    /// 403: who asks may not.
    Forbidden,
    /// It wants a tenant, and none is configured, or the one that is configured does not do.
    Tenant {
        /// Whether one is configured.
        is_configured: bool,
    },
    /// 404: another address is meant; the one that answers, where one was found.
    WrongPrefix(Option<String>),
    /// A page came where data was expected: what came, and the address that answers, where one was found.
    NotTheServer(String, Option<String>),
    /// It is starting or stopping; its words.
    NotReady(String),
    /// 502 or 504: the proxy answers, and the server behind it does not.
    BehindProxy(u16),
    /// It, or the proxy before it, failed.
    Failed,
    /// It has too much to do.
    Busy,
    /// It answers otherwise than expected; in words.
    Odd(String),
}

/// Judges by what was seen.
pub(super) fn judge(facts: Facts) -> Verdict {
    let Err(kind) = facts.answer else { return Verdict::Well };
    match kind {
        ErrorKind::Unreachable => match facts.blocked {
            Blocked::ByPolicy => Verdict::Policy,
            Blocked::MixedContent => Verdict::MixedContent,
            Blocked::Unreadable if facts.page_is_opaque => Verdict::Sandboxed,
            Blocked::Unreadable if facts.url_is_absolute => Verdict::Cors,
            Blocked::Unreadable | Blocked::Nowhere => Verdict::Unreachable,
        },
        ErrorKind::TimedOut(secs) => Verdict::Slow(secs),
        ErrorKind::Unauthenticated if facts.asks_for_tenant => {
            Verdict::Tenant { is_configured: facts.has_tenant }
        }
        ErrorKind::Unauthenticated => Verdict::Unauthenticated { secret_was_sent: facts.has_secret },
        ErrorKind::Forbidden => Verdict::Forbidden,
        ErrorKind::NoSuchEndpoint => Verdict::WrongPrefix(facts.works_at),
        ErrorKind::NotData(what) => Verdict::NotTheServer(what, facts.works_at),
        ErrorKind::Malformed(_) => Verdict::NotTheServer("something else".to_owned(), facts.works_at),
        ErrorKind::ServerFailed if facts.not_ready.is_none() && matches!(facts.status, Some(502 | 504)) => {
            Verdict::BehindProxy(facts.status.unwrap_or_default())
        }
        ErrorKind::ServerFailed => facts.not_ready.map_or(Verdict::Failed, Verdict::NotReady),
        ErrorKind::TooManyRequests => Verdict::Busy,
        ErrorKind::BadQuery(words) | ErrorKind::TooHeavy(words) => Verdict::Odd(words),
        ErrorKind::Truncated => Verdict::Odd("its answer ends too early".to_owned()),
        ErrorKind::Aborted | ErrorKind::NotRecorded | ErrorKind::NotConfigured => {
            Verdict::Odd("it was not asked".to_owned())
        }
    }
}

/// Addresses that are often meant instead of `base`: with the usual prefix, without the last part, at the root.
pub(super) fn likely_urls(source: SourceKind, base: &str) -> Vec<String> {
    let prefixes: &[&str] = match source {
        SourceKind::Loki => &["/loki"],
        SourceKind::Prometheus => &["/prometheus", "/api/prom", "/mimir"],
        SourceKind::Tempo => &["/tempo"],
        SourceKind::Pyroscope => &["/pyroscope"],
    };
    let mut urls: Vec<String> = prefixes.iter().map(|it| format!("{base}{it}")).collect();
    if let Some((shorter, last)) = base.rsplit_once('/')
        && !shorter.ends_with('/')
        && !last.is_empty()
    {
        urls.push(if shorter.is_empty() { "/".to_owned() } else { shorter.to_owned() });
    }
    urls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_addresses_are_tried() {
        let check = |source, base, expected: &[&str]| assert_eq!(likely_urls(source, base), expected);
        check(SourceKind::Loki, "/loki", &["/loki/loki", "/"]);
        check(SourceKind::Tempo, "https://x", &["https://x/tempo"]);
        check(SourceKind::Tempo, "https://x/a/b", &["https://x/a/b/tempo", "https://x/a"]);
        check(SourceKind::Prometheus, ".", &["./prometheus", "./api/prom", "./mimir"]);
    }

    #[track_caller]
    fn check(answer: Result<(), ErrorKind>, change: impl FnOnce(&mut Facts), expected: Verdict) {
        let mut facts = Facts { answer, ..Facts::default() };
        change(&mut facts);
        assert_eq!(judge(facts), expected);
    }

    #[test]
    fn an_answer_is_enough() {
        check(Ok(()), |_| {}, Verdict::Well);
    }

    #[test]
    fn silence_has_many_causes() {
        let silent = Err(ErrorKind::Unreachable);
        check(silent.clone(), |_| {}, Verdict::Unreachable);
        check(silent.clone(), |it| it.blocked = Blocked::ByPolicy, Verdict::Policy);
        check(silent.clone(), |it| it.blocked = Blocked::MixedContent, Verdict::MixedContent);
        let unreadable = |it: &mut Facts| {
            it.blocked = Blocked::Unreadable;
            it.url_is_absolute = true;
        };
        check(silent.clone(), unreadable, Verdict::Cors);
        let framed = |it: &mut Facts| {
            it.blocked = Blocked::Unreadable;
            it.page_is_opaque = true;
        };
        check(silent.clone(), framed, Verdict::Sandboxed);
        // Same-origin answers need no permission: the connection broke.
        check(silent, |it| it.blocked = Blocked::Unreadable, Verdict::Unreachable);
    }

    #[test]
    fn a_tenant_is_not_a_secret() {
        let asks = |it: &mut Facts| it.asks_for_tenant = true;
        check(Err(ErrorKind::Unauthenticated), asks, Verdict::Tenant { is_configured: false });
        check(Err(ErrorKind::Unauthenticated), |_| {}, Verdict::Unauthenticated { secret_was_sent: false });
        check(
            Err(ErrorKind::Unauthenticated),
            |it| it.has_secret = true,
            Verdict::Unauthenticated { secret_was_sent: true },
        );
        check(Err(ErrorKind::Forbidden), |_| {}, Verdict::Forbidden);
    }

    #[test]
    fn a_wrong_prefix_is_told_with_the_right_one() {
        let there = Some("/prometheus".to_owned());
        check(Err(ErrorKind::NoSuchEndpoint), |_| {}, Verdict::WrongPrefix(None));
        check(
            Err(ErrorKind::NoSuchEndpoint),
            |it| it.works_at = there.clone(),
            Verdict::WrongPrefix(there.clone()),
        );
        let page = "a page of HTML".to_owned();
        let not_data = Err(ErrorKind::NotData(page.clone()));
        check(not_data, |it| it.works_at = there.clone(), Verdict::NotTheServer(page, there.clone()));
    }

    #[test]
    fn a_server_that_starts_is_not_one_that_failed() {
        check(Err(ErrorKind::ServerFailed), |_| {}, Verdict::Failed);
        check(Err(ErrorKind::ServerFailed), |it| it.status = Some(502), Verdict::BehindProxy(502));
        let words = "Ingester not ready: waiting for 15s".to_owned();
        let starting = |it: &mut Facts| it.not_ready = Some(words.clone());
        check(Err(ErrorKind::ServerFailed), starting, Verdict::NotReady(words.clone()));
    }
}
