//! One configured server: where it is, and what is sent along.

use std::cell::RefCell;

use backends::{SourceKind, basic_proof, bearer_proof};
use leptos::prelude::document;
use system::config::{AuthScheme, Source, SourceKind as ConfiguredKind};

use web_sys::Url;

use super::governor::Governor;

/// One configured server. Its secret, if it has one, lives here and nowhere else, until the page goes.
pub struct Server {
    configured: Source,
    source: SourceKind,
    /// Whether the page's own origin is opaque, as in a sandboxed frame.
    page_is_opaque: bool,
    secret: RefCell<Option<Secret>>,
    pub(super) governor: Governor,
}

/// What a person types to prove who they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The user; empty for a token.
    pub user: String,
    /// The password or token.
    pub password: String,
}

impl Server {
    /// A configured server.
    pub fn new(configured: &Source, page_is_opaque: bool) -> Self {
        let source = match configured.kind {
            ConfiguredKind::Loki => SourceKind::Loki,
            ConfiguredKind::Prometheus | ConfiguredKind::Mimir => SourceKind::Prometheus,
            ConfiguredKind::Tempo => SourceKind::Tempo,
            ConfiguredKind::Pyroscope => SourceKind::Pyroscope,
        };
        let configured = configured.clone();
        Self { configured, source, page_is_opaque, secret: RefCell::default(), governor: Governor::new() }
    }

    /// Whom it is asked as.
    pub fn source(&self) -> SourceKind {
        self.source
    }

    /// Its name for people.
    pub fn name(&self) -> &'static str {
        match self.configured.kind {
            ConfiguredKind::Loki => "Loki",
            ConfiguredKind::Prometheus => "Prometheus",
            ConfiguredKind::Mimir => "Mimir",
            ConfiguredKind::Tempo => "Tempo",
            ConfiguredKind::Pyroscope => "Pyroscope",
        }
    }

    /// How it is configured.
    pub fn configured(&self) -> &Source {
        &self.configured
    }

    /// The same server at another address, for trying whether it is there.
    pub(in crate::net) fn at(&self, url: String) -> Self {
        let configured = Source { url, ..self.configured.clone() };
        let secret = RefCell::new(self.secret.borrow().clone());
        Self { configured, secret, governor: Governor::new(), ..*self }
    }

    /// Its whole address, as the browser resolves what is configured.
    pub fn address(&self) -> String {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let resolved = Url::new_with_base(&format!("{}/", self.configured.base()), &base);
        resolved.map_or_else(|_| self.configured.url.clone(), |it| it.href())
    }

    /// Whether the page's own origin is opaque, as in a sandboxed frame.
    pub fn page_is_opaque(&self) -> bool {
        self.page_is_opaque
    }

    /// What is sent as proof from now on.
    pub fn set_secret(&self, secret: Option<Secret>) {
        *self.secret.borrow_mut() = secret;
    }

    /// Asks it again although it has just failed whoever asked.
    pub fn ask_again(&self) {
        self.governor.ask_again();
    }

    /// Whether a proof is sent.
    pub fn has_secret(&self) -> bool {
        self.secret.borrow().is_some()
    }

    /// The headers of a request: the asked ones, the tenant, and the proof.
    ///
    /// A header that makes a browser ask the server for permission first is left out where that would be refused:
    /// for another origin unless the configuration allows it, and from an opaque origin, where the proxy adds it.
    pub(super) fn headers(&self, asked: &[(&'static str, &'static str)]) -> Vec<(String, String)> {
        let proxy_adds = self.page_is_opaque && !self.configured.is_absolute();
        let own = |name: &str| !name.eq_ignore_ascii_case("accept");
        let may_send = |name: &str| !own(name) || (self.configured.send_custom_headers && !proxy_adds);
        let text = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut headers: Vec<_> =
            asked.iter().copied().filter(|(name, _)| may_send(name)).map(text).collect();
        if let Some(tenant) = self.configured.tenant.as_ref().filter(|_| !proxy_adds) {
            headers.push(text(("X-Scope-OrgID", tenant)));
        }
        if let Some(secret) = &*self.secret.borrow() {
            headers.extend(proof(self.configured.auth, secret).map(|it| ("Authorization".to_owned(), it)));
        }
        headers
    }
}

fn proof(scheme: AuthScheme, secret: &Secret) -> Option<String> {
    match scheme {
        AuthScheme::None => None,
        AuthScheme::Basic => Some(basic_proof(&secret.user, &secret.password)),
        AuthScheme::Bearer => Some(bearer_proof(&secret.password)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: (&str, &str) = ("X-Loki-Response-Encoding-Flags", "categorize-labels");

    fn loki(url: &str, send_custom_headers: bool, auth: AuthScheme) -> Source {
        let kind = ConfiguredKind::Loki;
        Source {
            kind,
            url: url.to_owned(),
            tenant: Some("a".to_owned()),
            auth,
            send_custom_headers,
            ui: None,
        }
    }

    #[track_caller]
    fn check(source: Source, page_is_opaque: bool, expected: &[&str]) {
        let server = Server::new(&source, page_is_opaque);
        server.set_secret(Some(Secret { user: "u".to_owned(), password: "pä".to_owned() }));
        let headers = server.headers(&[("Accept", "application/json"), FLAGS]);
        let names: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_header_that_needs_permission_goes_only_where_it_is_allowed() {
        let accept = "Accept: application/json";
        let flags = "X-Loki-Response-Encoding-Flags: categorize-labels";
        let tenant = "X-Scope-OrgID: a";
        check(loki("/loki", true, AuthScheme::None), false, &[accept, flags, tenant]);
        check(loki("/loki", true, AuthScheme::None), true, &[accept]);
        check(loki("https://x", false, AuthScheme::None), false, &[accept, tenant]);
        check(loki("https://x", true, AuthScheme::None), true, &[accept, flags, tenant]);
    }

    #[test]
    fn the_proof_is_of_the_configured_scheme() {
        let check = |auth, expected: &str| {
            let secret = Secret { user: "u".to_owned(), password: "pä".to_owned() };
            assert_eq!(proof(auth, &secret).unwrap_or_default(), expected);
        };
        check(AuthScheme::None, "");
        check(AuthScheme::Basic, "Basic dTpww6Q=");
        check(AuthScheme::Bearer, "Bearer pä");
    }
}
