//! What a plan is, and how it is driven.

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::transport::{LocalFuture, Transport};

/// A question on its way: resolves to what the plan is then told.
pub type Sent<'a, News> = LocalFuture<'a, News>;

/// Finds something out by asking, in rounds: each answer may make more questions due.
pub trait Plan {
    /// What an answered question tells the plan.
    type News;
    /// What is known so far.
    type Report;

    /// Sends every question that is due now and has not been sent; empty when there is none to send.
    fn due<'a>(&mut self, transport: &'a dyn Transport) -> Vec<Sent<'a, Self::News>>;

    /// Takes an answer.
    fn take(&mut self, news: Self::News);

    /// What is known so far.
    fn report(&self) -> Self::Report;
}

/// Drives a plan to its end, and tells what is known after every answer; at once where there is nothing to ask.
pub async fn drive<P: Plan>(mut plan: P, transport: &dyn Transport, mut tell: impl FnMut(P::Report)) {
    let mut on_their_way: FuturesUnordered<_> = plan.due(transport).into_iter().collect();
    if on_their_way.is_empty() {
        tell(plan.report());
    }
    while let Some(news) = on_their_way.next().await {
        plan.take(news);
        on_their_way.extend(plan.due(transport));
        tell(plan.report());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::system::{MetricRole, System};
    use domain::time::{TimeRange, Timestamp};
    use futures_util::FutureExt;

    use super::*;
    use crate::panels::{PanelsInquiry, PanelsQuestion};
    use crate::testing::Script;

    #[test]
    fn a_plan_with_nothing_to_ask_tells_what_it_knows() {
        let range = TimeRange { start: Timestamp::from_secs(0), end: Timestamp::from_secs(3_600) };
        let question = PanelsQuestion { roles: vec![MetricRole::QueueDepth], range, max_points: 400 };
        let plan = PanelsInquiry::new(&Arc::new(System::default()), question);
        let mut told = Vec::new();
        drive(plan, &Script::default(), |it| told.push(it)).now_or_never().expect("nothing is asked");
        let [panels] = told.as_slice() else { panic!("told {} times", told.len()) };
        assert!(panels[0].metric.is_none() && !panels[0].is_waiting);
    }
}
