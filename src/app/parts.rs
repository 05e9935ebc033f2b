//! What of the shell is fetched after the first paint: what stands in the menus, and all that recordings need; and what
//! is fetched only when a file has mistakes.

use std::cell::RefCell;
use std::rc::Rc;

use super::banner::ReplayBanner;
use super::controls::{RefreshChoices, ViewChoices};
use super::keys::KeyList;
use super::mistakes::find;
use super::range_picker::RangePanel;
use crate::components::menu::MenuHandle;
use crate::net::use_net;
use crate::state::FaultyFile;

crate::parts! {
    /// Tells of a recording that answers, and opens the sample where there is one.
    recordings(sample: Option<String>) in app_more => {
        let net = use_net();
        if let Some(path) = sample {
            leptos::task::spawn_local(async move { net.open_sample(&path).await });
        }
        view! { <ReplayBanner /> }
    };
    /// What is in the range picker.
    range_panel(menu: MenuHandle) in app_more => view! { <RangePanel menu /> };
    /// How often one can ask again.
    refresh_choices(menu: MenuHandle) in app_more => view! { <RefreshChoices menu /> };
    /// How things can be shown.
    view_choices() in app_more => view! { <ViewChoices /> };
    /// What the keys do.
    key_list(is_open: RwSignal<bool>) in app_more => view! { <KeyList is_open=is_open /> };
    /// Finds the mistakes of a file; shows nothing.
    mistakes(file: FaultyFile, found: Rc<RefCell<Vec<String>>>) in mistakes => {
        *found.borrow_mut() = find(&file);
    };
}
