//! What a person can do about a server that does not answer, with lines to paste.

use backends::SourceKind;

use super::Verdict;
use crate::net::live::Server;

/// What to tell a person about a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// What is the matter, as a sentence.
    pub what: String,
    /// What to do, as one or two sentences; empty where nothing has to be done.
    pub next_step: String,
    /// Where the lines belong; empty where there are none.
    pub where_to: &'static str,
    /// Lines to paste; empty where there are none.
    pub lines: String,
}

const NGINX: &str = "nginx, in the server block that serves this page";
const CONFIG: &str = "config.json, under “sources”";

/// What to tell about a server with this verdict.
pub fn advice(server: &Server, verdict: &Verdict) -> Advice {
    let (name, url) = (server.name(), server.address());
    let tell =
        |what: String, next_step: &str| Advice { what, next_step: next_step.to_owned(), ..Advice::default() };
    let with_proxy = |advice: Advice| Advice { where_to: NGINX, lines: proxy_lines(server), ..advice };
    let with_config = |advice: Advice, member: &str| Advice {
        where_to: CONFIG,
        lines: config_line(server, member),
        ..advice
    };
    match verdict {
        Verdict::Well => tell(format!("{name} answers."), ""),
        Verdict::Unreachable => with_proxy(tell(
            format!("Nothing answers at {url}."),
            "Check that the server runs and that the proxy before it passes this path on.",
        )),
        Verdict::Slow(secs) => tell(
            format!("{name} did not answer within {secs} s."),
            "Look at its own log and load; a firewall that swallows packets looks the same.",
        ),
        Verdict::Cors => with_proxy(tell(
            format!(
                "{name} answers, but the browser may not read it: it sends no CORS headers for this page."
            ),
            "Serve it below this page's own address through a proxy, then write that path as its url.",
        )),
        Verdict::Sandboxed => tell(
            format!(
                "{name} answers, but not to this page: it stands in a sandboxed frame, which has no origin."
            ),
            "Add allow-same-origin to the frame's sandbox where its host differs, or use the embed path of deploy/nginx.conf.",
        ),
        Verdict::MixedContent => with_proxy(tell(
            format!("This page came over HTTPS, and the browser does not let it ask {url} over HTTP."),
            "Serve it below this page's own address through a proxy, or over HTTPS.",
        )),
        Verdict::Policy => tell(
            format!("This page's content-security policy does not let it ask {url}."),
            "Add its origin to connect-src where the page is served (CONNECT_SRC in deploy/nginx.conf), or use a proxy.",
        ),
        Verdict::Unauthenticated { secret_was_sent: false } => with_config(
            tell(
                format!("{name} wants to know who asks (401)."),
                "Let the proxy add the credentials, or name the scheme in config.json and type the secret here.",
            ),
            r#""auth": "basic""#,
        ),
        Verdict::Unauthenticated { secret_was_sent: true } => tell(
            format!("{name} does not accept what was typed (401)."),
            "Type it again, or ask for another one.",
        ),
        Verdict::Forbidden => tell(
            format!("{name}, or the proxy before it, refuses (403)."),
            "Ask for access, or check that the proxy lets reading paths through.",
        ),
        Verdict::Tenant { is_configured: false } => with_config(
            tell(
                format!("{name} has several tenants, and none was named."),
                "Name one in config.json, or let the proxy add X-Scope-OrgID.",
            ),
            r#""tenant": "…""#,
        ),
        Verdict::Tenant { is_configured: true } => tell(
            format!("{name} does not know the tenant that is configured."),
            "Check “tenant” in config.json, and that the proxy passes X-Scope-OrgID on.",
        ),
        Verdict::WrongPrefix(Some(there)) => {
            found_elsewhere(server, format!("{url} is not where {name} is (404)."), there)
        }
        Verdict::WrongPrefix(None) => with_proxy(tell(
            format!(
                "Something answers at {url}, but it is not {name}'s API (404): the path prefix is wrong."
            ),
            "Check the url in config.json against what the proxy passes on.",
        )),
        Verdict::NotTheServer(what, Some(there)) => {
            found_elsewhere(server, format!("At {url} came {what}, not {name}'s data."), there)
        }
        Verdict::NotTheServer(what, None) => with_proxy(tell(
            format!("At {url} came {what}, not {name}'s data."),
            "It is often a login page, or this page's own fallback: sign in there, or check the url.",
        )),
        Verdict::NotReady(words) => {
            tell(format!("{name} is not ready: {words}."), "Wait half a minute, then ask again.")
        }
        Verdict::BehindProxy(status) => tell(
            format!("The proxy answers, and {name} behind it does not ({status})."),
            "Check that the server runs, and that the proxy's address of it is right.",
        ),
        Verdict::Failed => tell(
            format!("{name}, or the proxy before it, failed (5xx)."),
            "Check that the server runs, and look at its log and the proxy's.",
        ),
        Verdict::Busy => tell(format!("{name} has too much to do (429)."), "Wait a little, then ask again."),
        Verdict::Odd(words) => tell(
            format!("{name} answers otherwise than expected: {words}."),
            "Check that config.json names the right kind of server.",
        ),
    }
}

fn found_elsewhere(server: &Server, what: String, there: &str) -> Advice {
    let next_step = format!("It answers at {there}: write that.");
    let lines = config_line(server, &format!(r#""url": "{there}""#));
    Advice { what, next_step, where_to: CONFIG, lines }
}

fn config_line(server: &Server, member: &str) -> String {
    let url = &server.configured().url;
    let key = config_key(server.source());
    if member.starts_with(r#""url""#) {
        format!(r#""{key}": {{ {member} }}"#)
    } else {
        format!(r#""{key}": {{ "url": "{url}", {member} }}"#)
    }
}

const fn config_key(source: SourceKind) -> &'static str {
    match source {
        SourceKind::Loki => "loki",
        SourceKind::Prometheus => "prometheus",
        SourceKind::Tempo => "tempo",
        SourceKind::Pyroscope => "pyroscope",
    }
}

/// What puts a server below the page's own address; in full in `deploy/nginx.conf`.
fn proxy_lines(server: &Server) -> String {
    match server.source() {
        SourceKind::Loki => "location /loki/ {\n  proxy_pass http://loki:3100/loki/;\n  proxy_set_header X-Loki-Response-Encoding-Flags categorize-labels;\n}\nlocation = /loki/api/v1/push { return 403; }",
        SourceKind::Prometheus => "location /prometheus/ {\n  proxy_pass http://prometheus:9090/;  # Mimir: http://mimir:8080/prometheus/\n}",
        SourceKind::Tempo => "location /tempo/ {\n  limit_except GET { deny all; }\n  proxy_pass http://tempo:3200/;\n}",
        SourceKind::Pyroscope => "location /pyroscope/ {\n  limit_except GET { deny all; }\n  proxy_pass http://pyroscope:4040/;\n}",
    }
    .to_owned()
}
