//! Jobscope, the app: draws what the inquiries find out. The only place that knows a browser.

mod app;
mod net;
mod pages;
mod state;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
