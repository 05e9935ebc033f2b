//! How the deployment's own troubles are known: rules of diagnosis, runbooks, and what the broker does.

use domain::diagnosis::RULES;
use domain::system::{CauseRule, DiagnosisRules, SentencePart};
use domain::time::TimeDelta;
use serde_json::{Value, json};

use super::when::When;
use super::words::{ROLES, role_named};
use crate::json::Json;
use crate::shape::{Notes, Path, Shape, did_you_mean, members, record};

record! {
    /// How the deployment's own troubles are known, and what to do about any.
    pub struct DiagnosisFile {
        /// Its own rules, the most telling first.
        rules: Vec<RuleFile>,
        /// What to do about causes that built-in rules find, by the rule's name.
        runbooks: Runbooks,
        /// After how long the broker hands a task out again that nobody has acknowledged. Left out where it never does.
        visibility_timeout: Option<TimeDelta>,
    }
}

record! {
    /// A cause, and how it is known from one line or one span of a job in trouble.
    pub struct RuleFile {
        /// What it is called: lower-case letters, digits and underscores.
        name: RuleName,
        /// What must hold, all of it, for one line or span: as in the rules of events.
        when: When,
        /// What is wrong, as a sentence without a full stop; {stage}, {host} and the names of roles are filled in.
        sentence: Sentence,
        /// How sure that is: 1 a guess, 2 likely, 3 very likely, 4 the evidence says it outright.
        confidence: Confidence,
        /// What would prove it wrong, as a sentence without a full stop.
        would_refute: String,
        /// What to do about it: a sentence or an address.
        runbook: Option<String>,
    }
}

/// The name of a rule that is none of the built-in ones'.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RuleName(pub(crate) String);

/// A sentence with gaps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sentence(pub(crate) Vec<SentencePart>);

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Confidence(pub(crate) u8);

/// Texts by the names of built-in rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Runbooks(pub(crate) Vec<(String, String)>);

/// What the rest of the house knows of it.
pub(super) fn rules(file: DiagnosisFile) -> DiagnosisRules {
    let rule = |it: RuleFile| CauseRule {
        name: it.name.0,
        when: it.when.0,
        sentence: it.sentence.0,
        confidence: it.confidence.0,
        would_refute: it.would_refute,
        runbook: it.runbook,
    };
    DiagnosisRules {
        rules: file.rules.into_iter().map(rule).collect(),
        runbooks: file.runbooks.0,
        visibility_timeout: file.visibility_timeout,
    }
}

impl Shape for RuleName {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let name = String::read(value, at, notes)?;
        let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
        if RULES.contains(&name.as_str()) {
            notes.mistake(at, format_args!("“{name}” is a built-in rule"), "choose another name");
        } else if !name.chars().all(fits) {
            notes.mistake(
                at,
                format_args!("“{name}” is not the name of a rule"),
                "use lower-case letters, digits and underscores",
            );
        }
        Some(Self(name))
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[a-z0-9_]+$", "examples": ["model_missing"] })
    }
}

impl Shape for Sentence {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let text = String::read(value, at, notes)?;
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, tail)) = rest.split_once('{') {
            let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
            if !before.is_empty() {
                parts.push(SentencePart::Text(before.to_owned()));
            }
            match (name, role_named(name)) {
                ("stage", _) => parts.push(SentencePart::Stage),
                ("host", _) => parts.push(SentencePart::Host),
                (_, Some(role)) => parts.push(SentencePart::Role(role, name.to_owned())),
                (_, None) => {
                    let known: Vec<&str> =
                        ["host"].into_iter().chain(ROLES.iter().map(|(it, _)| *it)).collect();
                    notes.mistake(
                        at,
                        format_args!("{{{name}}} is not filled in"),
                        did_you_mean(name, &known),
                    );
                }
            }
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(SentencePart::Text(rest.to_owned()));
        }
        Some(Self(parts))
    }

    fn schema() -> Value {
        json!({ "type": "string", "minLength": 1, "examples": ["{host} does not let {service} in"] })
    }
}

impl Shape for Confidence {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let number = value.as_number().filter(|it| (1.0..=4.0).contains(it) && it.fract() == 0.0);
        if number.is_none() {
            notes.mistake(
                at,
                "is not a whole number from 1 to 4",
                "write 1 for a guess up to 4 for certainty",
            );
        }
        number.map(|it| Self(it as u8))
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": 4 })
    }
}

impl Shape for Runbooks {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let members = members(value, at, RULES, notes)?;
        let texts = members.iter().filter(|(name, _)| !name.starts_with('$'));
        let texts = texts
            .filter_map(|(name, text)| Some((name.to_string(), String::read(text, at.key(name), notes)?)));
        Some(Self(texts.collect()))
    }

    fn missing() -> Option<Self> {
        Some(Self::default())
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "propertyNames": { "anyOf": [{ "enum": RULES }, { "pattern": "^\\$" }] },
            "additionalProperties": { "type": "string", "minLength": 1 },
        })
    }
}
