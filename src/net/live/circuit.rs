//! A server that fails whoever asks: given up for a while, so that a page in trouble does not ask it a hundred times.
//!
//! ```text
//!  asked ──(3 questions in a row end alike)──> given up ──(5 s, or a person asks again)──> one question tries it
//!    ^                                           ^  │ whoever asks gets the last failure at once        │
//!    │                                           └──┼────────────────── it fails alike ─────────────────┤
//!    └──────────────────────────────────────────────┴────────────────── it is answered ─────────────────┘
//! ```

use inquiry::Head;

use super::fetch::Chunk;

/// So many questions in a row that end alike are no chance, and not about what was asked.
const QUESTIONS: u32 = 3;
/// How long a server is given up; a page that refreshes itself finds out soon after that it is back.
const PAUSE_MILLIS: f64 = 5_000.0;

/// How a question ended that was failed by the server, not by what it asked.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// The server, or the proxy before it, answered so: the head, and all of the body.
    Answer(Head, Chunk),
    /// No answer came.
    Silence,
}

impl End {
    fn status(&self) -> u16 {
        match self {
            Self::Answer(head, _) => head.status,
            Self::Silence => 0,
        }
    }
}

/// How the newest questions to one server ended.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    /// The last failure, how many in a row ended like it, and when that was.
    row: Option<(End, u32, f64)>,
}

/// What a server's failures mean for the next question.
#[derive(Debug)]
pub(super) enum Next {
    /// It may be asked.
    Ask,
    /// It may be asked if no other one is trying the server.
    TryAlone,
    /// It ends so, unasked.
    GiveUp(End),
}

impl Circuit {
    pub(super) fn next(&self, now_millis: f64) -> Next {
        match &self.row {
            Some((_, n, _)) if *n < QUESTIONS => Next::Ask,
            Some((end, _, at)) if (0.0..PAUSE_MILLIS).contains(&(now_millis - at)) => {
                Next::GiveUp(end.clone())
            }
            Some(_) => Next::TryAlone,
            None => Next::Ask,
        }
    }

    /// A question was failed by the server.
    pub(super) fn failed(&mut self, end: End, now_millis: f64) {
        let alike = self.row.take().filter(|it| it.0.status() == end.status());
        self.row = Some((end, alike.map_or(1, |it| it.1.saturating_add(1)), now_millis));
    }

    /// A question was answered, or a person wants the server asked: nothing is held against it.
    pub(super) fn close(&mut self) {
        self.row = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backends::Headers;

    /// Questions one after the other, a second apart: how the server would end each (0: silence, 200: well), and what was
    /// done: `?` asked, `1` asked alone, and the status that it was given up with.
    #[track_caller]
    fn check(ends: &[u16], expected: &str) {
        let mut circuit = Circuit::default();
        let mut done = Vec::new();
        for (second, status) in ends.iter().enumerate() {
            let now = second as f64 * 1_000.0;
            done.push(match circuit.next(now) {
                Next::GiveUp(end) => {
                    done.push(end.status().to_string());
                    continue;
                }
                Next::Ask => "?".to_owned(),
                Next::TryAlone => "1".to_owned(),
            });
            match status {
                200 => circuit.close(),
                0 => circuit.failed(End::Silence, now),
                status => {
                    let head = Head { status: *status, headers: Headers::default() };
                    circuit.failed(End::Answer(head, Chunk::default()), now);
                }
            }
        }
        assert_eq!(done.join(" "), expected, "{ends:?}");
    }

    #[test]
    fn three_alike_in_a_row_give_a_server_up_until_one_try_is_answered() {
        check(&[502; 10], "? ? ? 502 502 502 502 1 502 502");
        check(&[0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0], "? ? ? 0 0 0 0 1 ? ? ? 0");
        check(&[502, 502, 200, 502, 502, 200], "? ? ? ? ? ?");
        check(&[502, 503, 502, 0, 502, 503], "? ? ? ? ? ?");
        check(&[503, 503, 503, 0, 0, 0, 0, 502, 502, 502, 502], "? ? ? 503 503 503 503 1 ? ? 502");
    }

    #[test]
    fn a_person_who_asks_again_goes_through() {
        let mut circuit = Circuit::default();
        (0..3).for_each(|_| circuit.failed(End::Silence, 0.0));
        assert!(matches!(circuit.next(1.0), Next::GiveUp(End::Silence)));
        circuit.close();
        assert!(matches!(circuit.next(1.0), Next::Ask));
    }
}
