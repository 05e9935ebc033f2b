//! What one Tempo can do, learnt by asking it, since versions and proxies differ.

use domain::trace::Trace;

use crate::{BackendError, ErrorKind};

/// The two ways to ask for a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TraceApi {
    /// `/api/v2/traces/{id}`, which says when a trace is not whole. Tempo 2.6 and later.
    V2,
    /// `/api/traces/{id}`
    V1,
}

/// What one Tempo is known to be able to; nothing is known at first, and the newest is tried first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    has_trace_v2: Option<bool>,
}

impl Abilities {
    /// How to ask for a trace.
    pub fn trace_api(self) -> TraceApi {
        match self.has_trace_v2 {
            None | Some(true) => TraceApi::V2,
            Some(false) => TraceApi::V1,
        }
    }

    /// Learns from an answer to [`super::TraceById`]. True when the same trace is to be asked for again, as
    /// [`Abilities::trace_api`] now says.
    pub fn learn_from_trace(
        &mut self,
        asked: TraceApi,
        answer: Result<&Option<Trace>, &BackendError>,
    ) -> bool {
        match (asked, answer) {
            (TraceApi::V2, Ok(_)) => self.has_trace_v2 = Some(true),
            (TraceApi::V2, Err(error)) if error.kind == ErrorKind::NoSuchEndpoint => {
                if self.has_trace_v2.is_none() {
                    self.has_trace_v2 = Some(false);
                }
                return self.has_trace_v2 == Some(false);
            }
            (TraceApi::V2, Err(_)) | (TraceApi::V1, _) => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceKind;

    #[test]
    fn the_newest_is_tried_once_and_then_known() {
        let missing = BackendError::without_answer(SourceKind::Tempo, ErrorKind::NoSuchEndpoint);
        let mut abilities = Abilities::default();
        assert_eq!(abilities.trace_api(), TraceApi::V2);
        assert!(abilities.learn_from_trace(TraceApi::V2, Err(&missing)));
        assert_eq!(abilities.trace_api(), TraceApi::V1);
        assert!(!abilities.learn_from_trace(TraceApi::V1, Err(&missing)));
        // A second question that was on its way with the old knowledge is asked again too.
        assert!(abilities.learn_from_trace(TraceApi::V2, Err(&missing)));
    }

    #[test]
    fn a_failure_teaches_nothing() {
        let failed = BackendError::without_answer(SourceKind::Tempo, ErrorKind::ServerFailed);
        let mut abilities = Abilities::default();
        assert!(!abilities.learn_from_trace(TraceApi::V2, Err(&failed)));
        assert_eq!(abilities, Abilities::default());
        assert!(!abilities.learn_from_trace(TraceApi::V2, Ok(&None)));
        let gone = BackendError::without_answer(SourceKind::Tempo, ErrorKind::NoSuchEndpoint);
        assert!(!abilities.learn_from_trace(TraceApi::V2, Err(&gone)), "it was there a moment ago");
    }
}
