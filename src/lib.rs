//! Jobscope, the app: draws what the inquiries find out. The only place that knows a browser.

#![allow(unreachable_pub, reason = "#[component] makes a public function of every component")]

pub mod app;
pub mod canvas;
pub mod components;
pub mod net;
pub mod pages;
pub mod state;

/// Shows the app in the page's body.
pub fn start() {
    app::tell_panics();
    leptos::mount::mount_to_body(app::App);
}
