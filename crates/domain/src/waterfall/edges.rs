//! What joins spans besides parenthood: links, and messages from a producer to its consumer, also across traces.

use super::forest::{Forest, Place};
use crate::ids::{SpanId, TraceId};
use crate::time::{TimeDelta, Timestamp};
use crate::trace::SpanKind;

/// Why two spans are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// One names the other in its links.
    Link,
    /// One sent the message that the other works on.
    Message,
}

/// A span at one end of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// It stands in this forest.
    Here(Place),
    /// It is in a trace, or at a place of one, that is not here.
    Elsewhere(TraceId, SpanId),
}

/// Two spans that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Why.
    pub kind: EdgeKind,
    /// The cause: who is pointed to, or who sent.
    pub from: End,
    /// The effect: who points, or who received.
    pub to: Place,
    /// How long the message lay between them.
    pub wait: Option<TimeDelta>,
}

/// Every edge of a forest, by effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edges(Vec<Edge>);

impl Edges {
    /// Finds them: a consumer below a producer is a message; so is a link between the two kinds.
    pub fn of(forest: &Forest) -> Self {
        let kind_of = |it: Place| forest.span(it).map(|it| it.kind).unwrap_or_default();
        let mut edges = Vec::new();
        for place in forest.all() {
            let Some(span) = forest.span(place) else { continue };
            let is_consumer = span.kind == SpanKind::Consumer;
            let mut add = |kind, from: End| {
                let sent = match from {
                    End::Here(it) if kind == EdgeKind::Message => Some(forest.end(it)),
                    End::Here(_) | End::Elsewhere(..) => None,
                };
                let wait = sent.map(|it: Timestamp| (forest.start(place) - it).max(TimeDelta::ZERO));
                edges.push(Edge { kind, from, to: place, wait });
            };
            if let Some(parent) = forest.parent(place)
                && is_consumer
                && kind_of(parent) == SpanKind::Producer
            {
                add(EdgeKind::Message, End::Here(parent));
            }
            for link in &span.links {
                let from = forest.find(link.trace, link.span);
                let is_message = is_consumer && from.is_none_or(|it| kind_of(it) == SpanKind::Producer);
                // A consumer may both stand below its producer and link to it.
                if from.is_some() && from == forest.parent(place) {
                    continue;
                }
                let kind = if is_message { EdgeKind::Message } else { EdgeKind::Link };
                add(kind, from.map_or(End::Elsewhere(link.trace, link.span), End::Here));
            }
        }
        Self(edges)
    }

    /// All of them.
    pub fn all(&self) -> &[Edge] {
        &self.0
    }

    /// Those of which a span is the effect.
    pub fn of_effect(&self, place: Place) -> &[Edge] {
        let from = self.0.partition_point(|it| it.to < place);
        let to = self.0.partition_point(|it| it.to <= place);
        self.0.get(from..to).unwrap_or_default()
    }

    /// How long the message lay that a span works on; the longest of several.
    pub fn wait_before(&self, place: Place) -> Option<TimeDelta> {
        self.of_effect(place).iter().filter_map(|it| it.wait).max().filter(|it| *it > TimeDelta::ZERO)
    }
}
