//! A transport that answers from a script, for tests of whole inquiries.

use std::cell::RefCell;

use backends::{BackendError, ErrorKind, Headers, RequestSpec, SourceKind};

use crate::transport::{Head, LocalFuture, Transport};

/// Answers each question with the first rule that fits; what no rule fits cannot be reached.
#[derive(Default)]
pub(crate) struct Script {
    rules: Vec<Rule>,
    lacks: Vec<SourceKind>,
    asked: RefCell<Vec<String>>,
}

struct Rule {
    endpoint: &'static str,
    has: String,
    status: u16,
    media_type: &'static str,
    body: String,
}

impl Script {
    /// Questions to this endpoint whose query has this text in it get this JSON.
    pub(crate) fn answer(self, endpoint: &'static str, has: &str, body: &str) -> Self {
        self.rule(endpoint, has, 200, "application/json", body)
    }

    /// Questions to this endpoint whose query has this text in it get this error in plain text.
    pub(crate) fn refuse(self, endpoint: &'static str, has: &str, status: u16, body: &str) -> Self {
        self.rule(endpoint, has, status, "text/plain", body)
    }

    /// There is no such server.
    pub(crate) fn without(mut self, source: SourceKind) -> Self {
        self.lacks.push(source);
        self
    }

    /// All that was asked, as `endpoint query`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }

    fn rule(
        mut self,
        endpoint: &'static str,
        has: &str,
        status: u16,
        media_type: &'static str,
        body: &str,
    ) -> Self {
        self.rules.push(Rule { endpoint, has: has.to_owned(), status, media_type, body: body.to_owned() });
        self
    }
}

impl Transport for Script {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        let question = &request.question;
        self.asked.borrow_mut().push(format!("{} {}", question.endpoint, question.query));
        let rule =
            self.rules.iter().find(|it| it.endpoint == question.endpoint && question.query.contains(&it.has));
        let answer = match rule {
            Some(rule) => {
                // Cut where it hurts: decoders must not care.
                rule.body.as_bytes().chunks(7).for_each(sink);
                let headers = Headers(vec![("content-type".to_owned(), rule.media_type.to_owned())]);
                Ok(Head { status: rule.status, headers })
            }
            None if self.lacks.contains(&request.source) => {
                Err(BackendError::without_answer(request.source, ErrorKind::NotConfigured))
            }
            None => Err(BackendError::without_answer(request.source, ErrorKind::Unreachable)),
        };
        Box::pin(std::future::ready(answer))
    }
}
