//! What of the page of jobs is fetched when it is first looked at: what stands in its menus.

use super::add_filter::FilterPanel;
use super::columns::ColumnChoices;
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
}
