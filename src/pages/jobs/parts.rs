//! What of the jobs page is fetched after the list: its scatter at once, what stands in its menus and its failures when
//! they are first looked at.

use super::add_filter::FilterPanel;
use super::columns::ColumnChoices;
use super::failures::FailuresView;
use super::model::Model;
use super::saved::SavedPanel;
use super::scatter::Dots;
use crate::components::menu::MenuHandle;

crate::parts! {
    /// The scatter, with all that draws charts.
    jobs_scatter(model: Model) in jobs_dots => view! { <Dots model /> };
    /// What a filter is put together from.
    jobs_filter(model: Model, menu: MenuHandle) in jobs_more => view! { <FilterPanel model menu /> };
    /// Which columns can be shown.
    jobs_columns(model: Model) in jobs_more => view! { <ColumnChoices model /> };
    /// Saved views.
    jobs_saved(menu: MenuHandle) in jobs_more => view! { <SavedPanel menu /> };
    /// The failures of the jobs, and what became of all.
    jobs_failures(model: Model) in jobs_more => view! { <FailuresView model=model /> };
}
