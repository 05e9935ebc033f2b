//! What texts give up: ids taken out of messages, and what happened by the event rules.

use std::sync::Arc;

use domain::ids::StageId;
use domain::logs::{EventKind, LifecycleEvent, says_nothing};
use domain::system::{
    Condition, ConditionField, EventRule, EventStage, Extraction, JobAttribute, Role, TextTest,
};

use super::roles::{Filled, Hit};
use super::{Fields, field};
use crate::file::role_named;
use crate::pattern::Pattern;

/// A pattern whose captures fill roles.
#[derive(Clone, Debug)]
struct RolePattern {
    pattern: Pattern,
    /// The role of each capture, in the pattern's order.
    roles: Vec<Option<Role>>,
}

impl RolePattern {
    fn new(text: &str) -> Option<Self> {
        let pattern = Pattern::parse(text).ok()?;
        let roles = pattern.names().map(role_named).collect();
        Some(Self { pattern, roles })
    }

    /// What it captures for which role, or nothing where it does not fit. Captures for ids and names of tasks must be
    /// one word, or the text is only by chance like the pattern.
    fn captures(&self, text: &str) -> Option<Vec<(Role, String)>> {
        let captures = self.pattern.captures(text)?;
        let pairs = captures.iter().zip(&self.roles).filter_map(|((_, text), role)| Some(((*role)?, *text)));
        let is_chance = |(role, text): (Role, &str)| {
            matches!(role, Role::Job | Role::Task | Role::TaskId | Role::Trace | Role::Span)
                && (text.is_empty() || text.contains(char::is_whitespace))
        };
        let is_one_word_each = !pairs.clone().any(is_chance);
        is_one_word_each.then(|| pairs.map(|(role, text)| (role, text.to_owned())).collect())
    }
}

/// The text of what a condition or an extraction looks at.
fn text_of<'a>(
    field: &ConditionField,
    filled: &'a Filled<'_>,
    hits: &[Hit<'a>],
    fields: &'a Fields,
) -> Option<&'a str> {
    match field {
        ConditionField::Role(role) => filled.text(*role, hits),
        ConditionField::Field(name) => {
            fields.iter().find(|(it, _)| it == name).map(|(_, text)| text.as_str())
        }
    }
}

/// Takes something out of a text, ready to be applied.
#[derive(Clone, Debug)]
pub(super) struct Extract {
    from: ConditionField,
    pattern: RolePattern,
}

impl Extract {
    pub(super) fn new(extraction: &Extraction) -> Option<Self> {
        Some(Self { from: extraction.from.clone(), pattern: RolePattern::new(&extraction.pattern)? })
    }

    pub(super) fn apply(&self, filled: &mut Filled<'_>, hits: &[Hit<'_>], fields: &Fields) {
        let captures = text_of(&self.from, filled, hits, fields).and_then(|it| self.pattern.captures(it));
        for (role, text) in captures.into_iter().flatten() {
            filled.fill(role, &text, None);
        }
    }
}

/// Something that jobs have, ready to be found in lines.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    name: Arc<str>,
    fields: Vec<String>,
    from: ConditionField,
    patterns: Vec<Pattern>,
}

impl Attribute {
    /// What finds it. Patterns that cannot be read, which a checked file has none of, fit nothing.
    pub(super) fn new(attribute: &JobAttribute) -> Self {
        Self {
            name: attribute.name.clone(),
            fields: attribute.fields.clone(),
            from: attribute.from.clone(),
            patterns: attribute.patterns.iter().filter_map(|it| Pattern::parse(it).ok()).collect(),
        }
    }

    /// A field of its name for a line that says it in other words.
    pub(super) fn read(
        &self,
        filled: &Filled<'_>,
        hits: &[Hit<'_>],
        fields: &Fields,
    ) -> Option<(String, String)> {
        let in_field = |name: &str| field(fields, name).filter(|it| !says_nothing(it));
        if in_field(&self.name).is_some() {
            return None;
        }
        let in_fields = self.fields.iter().find_map(|it| in_field(it));
        let value = in_fields.or_else(|| {
            let text = text_of(&self.from, filled, hits, fields)?;
            let captures = self.patterns.iter().find_map(|it| it.captures(text))?;
            captures.first().map(|(_, text)| *text).filter(|it| !says_nothing(it))
        })?;
        Some((self.name.to_string(), value.trim().to_owned()))
    }
}

/// An event rule, ready to be applied.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    kind: EventKind,
    conditions: Vec<(ConditionField, Test)>,
    stage: EventStage,
}

#[derive(Clone, Debug)]
enum Test {
    Text(TextTest),
    Pattern(RolePattern),
}

impl Rule {
    pub(super) fn new(rule: &EventRule) -> Option<Self> {
        let condition = |it: &Condition| {
            let test = match &it.test {
                TextTest::Pattern(pattern) => Test::Pattern(RolePattern::new(pattern)?),
                TextTest::Is(_)
                | TextTest::OneOf(_)
                | TextTest::Prefix(_)
                | TextTest::Suffix(_)
                | TextTest::Contains(_)
                | TextTest::Exists => Test::Text(it.test.clone()),
            };
            Some((it.field.clone(), test))
        };
        let conditions = rule.when.iter().map(condition).collect::<Option<Vec<_>>>()?;
        Some(Self { kind: rule.kind, conditions, stage: rule.stage.clone() })
    }

    /// What happened, if all conditions hold; captures of patterns then fill roles that are not filled.
    pub(super) fn apply(
        &self,
        filled: &mut Filled<'_>,
        hits: &[Hit<'_>],
        fields: &Fields,
    ) -> Option<LifecycleEvent> {
        let mut captures = Vec::new();
        for (field, test) in &self.conditions {
            let text = text_of(field, filled, hits, fields)?;
            match test {
                Test::Text(test) => test.holds(text).then_some(())?,
                Test::Pattern(pattern) => captures.extend(pattern.captures(text)?),
            }
        }
        for (role, text) in captures {
            filled.fill(role, &text, None);
        }
        Some(LifecycleEvent { kind: self.kind, stage: self.stage_of(filled) })
    }

    fn stage_of(&self, filled: &Filled<'_>) -> Option<StageId> {
        match &self.stage {
            EventStage::FromLine => filled.stage(),
            EventStage::Always(stage) => Some(stage.clone()),
            EventStage::Job => None,
        }
    }
}
