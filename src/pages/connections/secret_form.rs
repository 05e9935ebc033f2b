//! Where a person types what proves who they are. It is kept in memory until the page goes, and nowhere else.

use backends::SourceKind;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use crate::net::{Secret, use_net};

/// A field for a token, or two for user and password.
#[component]
pub(super) fn SecretForm(source: SourceKind, needs_user: bool) -> impl IntoView {
    let net = use_net();
    let is_set = RwSignal::new(net.servers().iter().any(|it| it.source() == source && it.has_secret()));
    let (user, password) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let text = |field: NodeRef<html::Input>| field.get_untracked().map(|it| it.value()).unwrap_or_default();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        net.set_secret(source, Some(Secret { user: text(user), password: text(password) }));
        // What was typed does not stay on the page either.
        if let Some(field) = password.get_untracked() {
            field.set_value("");
        }
        is_set.set(true);
    };
    let forget = move |_| {
        net.set_secret(source, None);
        is_set.set(false);
    };
    let user_field = needs_user.then(|| {
        view! { <label>{"User"}<input type="text" name="user" node_ref=user autocomplete="off" spellcheck="false" /></label> }
    });
    view! {
        <form class="secret" on:submit=submit>
            {user_field}
            <label>
                {if needs_user { "Password" } else { "Token" }}
                <input type="password" name="secret" node_ref=password autocomplete="off" required=true />
            </label>
            <button type="submit">{"Use it"}</button>
            <Show when=move || is_set.get()>
                <button type="button" on:click=forget>{"Forget it"}</button>
            </Show>
            <p class="muted">
                {move || {
                    if is_set.get() { "In use until this page is closed or reloaded." } else { "Kept in memory only, until this page is closed or reloaded." }
                }}
            </p>
        </form>
    }
}
