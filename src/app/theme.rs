//! Light or dark, as the view says.

use domain::view_state::Theme;
use leptos::prelude::*;

use crate::state::{View, effect};

/// Keeps the document's class as the view's theme says.
pub(super) fn follow(view: View) {
    let theme = view.part(|it| it.theme);
    effect(move |_| {
        let Some(root) = document().document_element() else { return };
        let wanted = match theme.get() {
            Theme::System => None,
            Theme::Dark => Some("dark"),
            Theme::Light => Some("light"),
        };
        let classes = root.class_list();
        for class in ["dark", "light"] {
            // Fails only for a name with a space.
            let _ = classes.toggle_with_force(class, wanted == Some(class));
        }
    });
}
