//! Texts of the configuration that have a rule of their own: names, paths, addresses, tenants, origins.

use serde_json::{Value, json};

use crate::json::Json;
use crate::shape::{Notes, Path, Shape};

/// A text with a rule of its own.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $rule:expr, $next_step:literal, $schema:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(crate) struct $name(pub(super) String);

        impl Shape for $name {
            fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
                let text = String::read(value, at, notes)?;
                let rule: fn(&str) -> Result<(), &'static str> = $rule;
                match rule(&text) {
                    Ok(()) => return Some(Self(text)),
                    Err(why) => notes.mistake(at, why, $next_step),
                }
                None
            }

            fn schema() -> Value {
                $schema
            }
        }
    };
}

checked_text! {
    /// The name of a system, which is a part of URLs and of a file's name.
    SystemName,
    |text| {
        let fits = text.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
        if fits { Ok(()) } else { Err("is not the name of a system") }
    },
    "write the name of a file in systems/ without .json: lower-case letters, digits and hyphens",
    json!({ "type": "string", "pattern": "^[a-z0-9-]+$" })
}

checked_text! {
    /// A file beside the page.
    SitePath,
    |text| {
        let fits = !text.contains("://") && !text.starts_with("//") && !text.split('/').any(|it| it == "..");
        if fits { Ok(()) } else { Err("leads away from the page") }
    },
    "write a path such as sample/incident.jsrec",
    json!({ "type": "string", "minLength": 1 })
}

checked_text! {
    /// What a source's paths are appended to.
    SourceUrl,
    |text| {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let host = rest.split('/').next().unwrap_or_default();
        let is_foreign = !["", "http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
            || text.starts_with("//")
            || (scheme.is_empty() && host.contains(':'));
        if text.chars().any(|it| it.is_whitespace() || it.is_control() || it == ';' || it == ',' || it == '\\') {
            Err("has a character in it that no address has")
        } else if is_foreign {
            Err("is neither a path nor an http or https address")
        } else if !scheme.is_empty() && host.is_empty() {
            Err("names no host")
        } else if host.contains('@') {
            Err("has a user or a password in it, and this file is public")
        } else if !scheme.is_empty() && !host.chars().all(|it| it.is_ascii_alphanumeric() || ".-_:[]".contains(it)) {
            Err("has a character in its host that no host has")
        } else if text.contains(['?', '#']) {
            Err("has a query or a fragment, which nothing can be appended to")
        } else {
            Ok(())
        }
    },
    "write . for the page's folder, a path such as /loki-proxy, or an address such as https://loki.example",
    json!({ "type": "string", "pattern": "^[^?#@\\s]+$", "examples": [".", "/mimir/prometheus", "https://loki.example"] })
}

checked_text! {
    /// A tenant's id, as a header can carry it.
    Tenant,
    |text| {
        let fits = text.chars().all(|it| it.is_ascii_alphanumeric() || "!-_.*'()|".contains(it));
        if fits { Ok(()) } else { Err("is no tenant's id") }
    },
    "use letters, digits and ! - _ . * ' ( ), and | between several",
    json!({ "type": "string", "pattern": "^[A-Za-z0-9!_.*'()|-]+$" })
}

checked_text! {
    /// An origin: scheme, host and port.
    WebOrigin,
    |text| {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
        let fits = !host.is_empty() && host.chars().all(|it| it.is_ascii_alphanumeric() || ".-:[]".contains(it));
        if fits { Ok(()) } else { Err("is no origin") }
    },
    "write scheme and host and nothing after them, such as https://grafana.example",
    json!({ "type": "string", "pattern": "^https?://[^/?#\\s]+$" })
}
