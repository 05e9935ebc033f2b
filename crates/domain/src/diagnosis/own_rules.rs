//! The system file's own rules: a cause that is known by the conditions of one line or one span.

use std::borrow::Cow;

use super::case::{Case, is_silent};
use super::http::{host, host_in};
use super::rules::Found;
use super::words::shortened;
use super::{Cause, Matched};
use crate::job::Origin;
use crate::logs::{Level, LogRecord};
use crate::system::pattern::Pattern;
use crate::system::{CauseRule, Condition, ConditionField, Role, SentencePart, System, TextTest, fields_for};
use crate::time::TimeDelta;
use crate::trace::Span;

/// How far around the trouble lines that name no job are looked at.
const AROUND: TimeDelta = TimeDelta::from_secs(120);

/// A line or a span.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Line(&'a LogRecord),
    Span(&'a Span),
}

/// Every cause that one of the deployment's own rules finds.
pub(super) fn all(case: &Case) -> Vec<Found> {
    if case.failure.is_none() && case.job.state != crate::job::JobState::Stuck {
        return Vec::new();
    }
    case.system.diagnosis.rules.iter().filter_map(|it| apply(case, it)).collect()
}

fn apply(case: &Case, rule: &CauseRule) -> Option<Found> {
    let own: Vec<Piece> = case.own_lines().into_iter().rev().map(Piece::Line).collect();
    let spans = case.evidence.traces.iter().flat_map(|it| it.spans.iter().rev()).map(Piece::Span);
    let around = case
        .surroundings
        .lines
        .iter()
        .filter(|it| case.at.is_some_and(|at| at - AROUND <= it.time && it.time <= at + AROUND));
    let fits = |it: &Piece| holds(case.system, &rule.when, *it);
    let found: Vec<Piece> = own.into_iter().chain(spans).filter(fits).take(4).collect();
    let beside = || around.map(Piece::Line).filter(fits).take(4).collect::<Vec<_>>();
    let (pieces, sure, whose) = match found.is_empty() {
        false => (found, rule.confidence, ""),
        true => (
            beside(),
            // Somebody else's line says little of a job that speaks for itself, or that hangs.
            if case.failure.is_some_and(is_silent) { rule.confidence.saturating_sub(1).max(1) } else { 1 },
            ", in a line of the same time that names no job",
        ),
    };
    let piece = *pieces.first()?;
    let text = |role: Role| pieces.iter().find_map(|it| text_of(case.system, *it, role)).map(Cow::into_owned);
    let captured = captured(case.system, rule, piece);
    let part = |it: &SentencePart| match it {
        SentencePart::Text(words) => words.clone(),
        SentencePart::Stage => case.stage.clone(),
        SentencePart::Host => {
            let of_piece = text(Role::Url).and_then(|it| host(&it).map(str::to_owned));
            let in_words = || host_in(&said(case.system, piece)).map(str::to_owned);
            let known = case.host.clone().or(of_piece).or_else(in_words);
            known.unwrap_or_else(|| "the server that it asked".to_owned())
        }
        SentencePart::Role(role, name) => {
            let of_pattern = captured.iter().find(|(it, _)| it == name).map(|(_, text)| text.clone());
            let known = of_pattern.or_else(|| text(*role)).map(|it| shortened(&it));
            known.unwrap_or_else(|| format!("an unknown {}", name.replace('_', " ")))
        }
    };
    let sentence: String = rule.sentence.iter().map(part).collect();
    let matched: Vec<Matched> =
        pieces.iter().map(|it| Matched::piece(&said(case.system, *it), origin(*it))).collect();
    let words = matched.first().map(|it| it.words.clone()).unwrap_or_default();
    Some(Found {
        cause: Cause {
            rule: rule.name.clone(),
            sentence: sentence.trim_end_matches('.').to_owned(),
            matched,
            sure: sure.min(4),
            why: format!("the system file's rule “{}” fits “{words}”{whose}", rule.name),
            would_refute: rule.would_refute.clone(),
            runbook: rule.runbook.clone(),
        },
        depth: 1,
        covers: &["own_words"],
    })
}

fn origin(piece: Piece) -> Origin {
    match piece {
        Piece::Line(it) => Origin::Line(it.key),
        Piece::Span(it) => Origin::Span(it.trace, it.id),
    }
}

/// What a piece says, for people.
fn said(system: &System, piece: Piece) -> String {
    let error = text_of(system, piece, Role::Error).map(Cow::into_owned);
    match piece {
        Piece::Line(it) => match error.filter(|error| !it.message.contains(error.as_str())) {
            Some(error) => format!("{}: {error}", it.message),
            None => it.message.clone(),
        },
        Piece::Span(it) => error.map_or_else(|| it.name.to_string(), |error| format!("{}: {error}", it.name)),
    }
}

fn holds(system: &System, when: &[Condition], piece: Piece) -> bool {
    !when.is_empty()
        && when.iter().all(|it| text(system, piece, &it.field).is_some_and(|text| it.test.holds(&text)))
}

/// What the patterns of a rule took out of a piece.
fn captured(system: &System, rule: &CauseRule, piece: Piece) -> Vec<(String, String)> {
    let mut captured = Vec::new();
    for condition in &rule.when {
        let TextTest::Pattern(pattern) = &condition.test else { continue };
        let Some(text) = text(system, piece, &condition.field) else { continue };
        let Ok(pattern) = Pattern::parse(pattern) else { continue };
        let pairs = pattern.captures(&text).into_iter().flatten();
        captured.extend(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
    captured
}

fn text<'a>(system: &System, piece: Piece<'a>, field: &ConditionField) -> Option<Cow<'a, str>> {
    match (field, piece) {
        (ConditionField::Role(role), _) => text_of(system, piece, *role),
        (ConditionField::Field(name), Piece::Line(it)) => {
            it.fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str().into())
        }
        (ConditionField::Field(name), Piece::Span(it)) => {
            it.attr(&[name.as_str()]).map(|it| it.to_string().into())
        }
    }
}

/// What a piece says in a role.
fn text_of<'a>(system: &System, piece: Piece<'a>, role: Role) -> Option<Cow<'a, str>> {
    let text = match piece {
        Piece::Line(it) => of_line(system, it, role),
        Piece::Span(it) => of_span(system, it, role),
    };
    text.filter(|it| !it.is_empty())
}

fn of_line<'a>(system: &System, line: &'a LogRecord, role: Role) -> Option<Cow<'a, str>> {
    let roles = &line.roles;
    let field = || {
        let names = fields_for(&system.logs.roles, role);
        let named = |name: &String| line.fields.iter().find(|(it, text)| it == name && !text.is_empty());
        names.iter().find_map(named).map(|(_, text)| Cow::Borrowed(text.as_str()))
    };
    let borrowed = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
    match role {
        Role::Level => (line.level != Level::Unknown).then(|| line.level.name().into()),
        Role::Service => Some(Cow::Borrowed(&*line.service)),
        Role::Message | Role::Event => field().or(Some(Cow::Borrowed(line.message.as_str()))),
        Role::Job => roles.job.as_ref().map(|it| it.as_str().into()),
        Role::TaskId => roles.task_id.as_ref().map(|it| it.as_str().into()),
        Role::Stage => roles.stage.as_ref().map(|it| it.as_str().into()),
        Role::FailedStage => roles.failed_stage.as_ref().map(|it| it.as_str().into()),
        Role::Trace => roles.trace.map(|it| it.to_string().into()),
        Role::Span => roles.span.map(|it| it.to_string().into()),
        Role::Retries => roles.retries.map(|it| it.to_string().into()),
        Role::Duration => roles.duration.map(|it| it.to_string().into()),
        Role::Task => borrowed(&roles.task),
        Role::Run => borrowed(&roles.run),
        Role::User => borrowed(&roles.user),
        Role::ErrorCode => borrowed(&roles.error_code),
        Role::Error => borrowed(&roles.error),
        Role::Exception => borrowed(&roles.exception),
        Role::Url => borrowed(&roles.url),
        Role::Reason => borrowed(&roles.reason),
        Role::Version => borrowed(&roles.version),
        Role::Queue => borrowed(&roles.queue),
        Role::RequestId => borrowed(&roles.request_id),
        Role::Caller => borrowed(&roles.caller),
        Role::Mode => borrowed(&roles.mode),
        Role::Status => borrowed(&roles.status),
        Role::Time | Role::NotBefore => field(),
    }
}

fn of_span<'a>(system: &System, span: &'a Span, role: Role) -> Option<Cow<'a, str>> {
    let attribute = || span.attr(fields_for(&system.spans.roles, role)).map(|it| it.to_string().into());
    let in_event = |name: &str| {
        let mut events = span.events.iter();
        events.find_map(|it| it.attributes.get(name)?.as_str()).map(Cow::Borrowed)
    };
    let status = || Some(Cow::Borrowed(&*span.status_message)).filter(|it| !it.is_empty());
    match role {
        Role::Service => Some(Cow::Borrowed(span.service())),
        Role::Event => Some(Cow::Borrowed(&*span.name)),
        Role::Message => in_event("exception.message").or_else(status).or(Some(Cow::Borrowed(&*span.name))),
        Role::Error => attribute().or_else(|| in_event("exception.message")).or_else(status),
        Role::Exception => attribute().or_else(|| in_event("exception.type")),
        Role::Trace => Some(span.trace.to_string().into()),
        Role::Span => Some(span.id.to_string().into()),
        _ => attribute(),
    }
}
