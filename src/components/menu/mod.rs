//! A button with a panel below it that closes by itself.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A handle on whether a menu is open, for what is inside it.
#[derive(Clone, Copy)]
pub struct MenuHandle {
    open: RwSignal<bool>,
    button: NodeRef<html::Button>,
}

impl MenuHandle {
    /// Closes the menu and gives the focus back to its button.
    pub fn close(self) {
        self.open.set(false);
        if let Some(button) = self.button.get_untracked() {
            // Only fails when the button is gone, and then so is the focus.
            let _ = button.focus();
        }
    }
}

/// What makes the panel of a menu.
pub struct MenuContent(Box<dyn Fn(MenuHandle) -> AnyView + Send + Sync>);

impl<F: Fn(MenuHandle) -> AnyView + Send + Sync + 'static> From<F> for MenuContent {
    fn from(make: F) -> Self {
        Self(Box::new(make))
    }
}

/// A button that opens a panel; Escape, a press elsewhere, or the focus leaving closes it.
#[component]
pub fn Menu(
    /// What the button says.
    #[prop(into)]
    title: ViewFnOnce,
    /// What it is for, in full, for screen readers and as a tooltip.
    #[prop(into)]
    label: Signal<String>,
    /// What is in the panel.
    #[prop(into)]
    content: MenuContent,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let handle = MenuHandle { open: RwSignal::new(false), button: NodeRef::new() };
    let is_inside = move |target: Option<web_sys::EventTarget>| {
        let target: Option<web_sys::Node> = target.and_then(|it| it.dyn_into().ok());
        root.get_untracked().is_some_and(|it| it.contains(target.as_ref()))
    };
    let press = window_event_listener(ev::pointerdown, move |event| {
        if handle.open.get_untracked() && !is_inside(event.target()) {
            handle.open.set(false);
        }
    });
    on_cleanup(move || press.remove());
    let leave = move |event: ev::FocusEvent| {
        if event.related_target().is_some() && !is_inside(event.related_target()) {
            handle.open.set(false);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && handle.open.get_untracked() {
            event.stop_propagation();
            handle.close();
        }
    };
    view! {
        <div class="menu" node_ref=root on:focusout=leave on:keydown=key>
            <button
                type="button"
                node_ref=handle.button
                aria-expanded=move || handle.open.get().to_string()
                title=move || label.get()
                on:click=move |_| handle.open.update(|it| *it = !*it)
            >
                <span class="visually-hidden">{move || label.get()}{": "}</span>
                {title.run()}
            </button>
            <Show when=move || handle.open.get()>
                <div class="menu-panel">{(content.0)(handle)}</div>
            </Show>
        </div>
    }
}
