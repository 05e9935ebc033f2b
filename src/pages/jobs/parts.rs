//! What of the jobs page is fetched when it is first looked at: what stands in its menus, and its failures.

use super::add_filter::FilterPanel;
use super::columns::ColumnChoices;
use super::failures::FailuresView;
use super::model::Model;
use super::saved::SavedPanel;
use crate::components::menu::MenuHandle;

crate::parts! {
    /// What a filter is put together from.
    jobs_filter(model: Model, menu: MenuHandle) in jobs_more => view! { <FilterPanel model menu /> };
    /// Which columns can be shown.
    jobs_columns(model: Model) in jobs_more => view! { <ColumnChoices model /> };
    /// Saved views.
    jobs_saved(menu: MenuHandle) in jobs_more => view! { <SavedPanel menu /> };
    /// The failures of the jobs, and what became of all.
    jobs_failures(model: Model) in jobs_more => view! { <FailuresView model=model /> };
}
