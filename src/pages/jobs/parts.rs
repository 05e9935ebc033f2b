//! What of the jobs page is fetched when it is first looked at.

use super::failures::FailuresView;
use super::model::Model;

crate::parts! {
    /// The failures of the jobs, and what became of all.
    jobs_failures(model: Model) in jobs_more => view! { <FailuresView model=model /> };
}
