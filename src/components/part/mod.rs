//! Parts of the program that are fetched when they are first needed, so that a visit loads what it shows and no more.
//!
//! In the release build (`--cfg jobscope_parts`, docs/adr/0006) each part is a WASM module of its own; in every other
//! build all of it is one module, and a part is there at once.

use std::future::Future;
use std::pin::Pin;

use futures_util::FutureExt;
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use crate::components::error_panel::{ErrorPanel, Trouble};
use crate::components::loading::Loading;
use crate::state::{effect, use_clock};

/// A part could not be fetched; the browser's console says more.
#[derive(Clone, Copy, Debug)]
pub struct NotLoaded;

#[cfg(jobscope_parts)]
impl From<wasm_split_helpers::SplitLoaderError> for NotLoaded {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// Fetches a part; at once where it is there.
pub type FetchPart = fn() -> Pin<Box<dyn Future<Output = Result<(), NotLoaded>>>>;

/// What makes the view of a part.
pub struct PartView(Box<dyn Fn() -> Option<AnyView> + Send>);

impl<F: Fn() -> Option<AnyView> + Send + 'static> From<F> for PartView {
    fn from(make: F) -> Self {
        Self(Box::new(make))
    }
}

/// Declares parts, each a module with `fetch`, and `view`, which makes what it shows once it is fetched.
/// Parts of one file are fetched together: each further file cuts what several share into more pieces.
///
/// ```ignore
/// parts! {
///     /// The overview, with its charts.
///     overview() in overview => view! { <OverviewPage /> };
/// }
/// ```
#[macro_export]
macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $Arg:ty),*) in $file:ident => $view:expr;)*) => {
        $(
            $(#[$doc])*
            pub(super) mod $name {
                use std::future::Future;
                use std::pin::Pin;

                use leptos::prelude::*;

                use super::*;
                use $crate::components::part::NotLoaded;

                #[cfg(jobscope_parts)]
                #[wasm_split_helpers::wasm_split($file, fallible, preload(preload))]
                fn $name($($arg: $Arg),*) -> Result<AnyView, NotLoaded> {
                    Ok(($view).into_any())
                }

                #[cfg(not(jobscope_parts))]
                async fn $name($($arg: $Arg),*) -> Result<AnyView, NotLoaded> {
                    Ok(($view).into_any())
                }

                #[cfg(not(jobscope_parts))]
                async fn preload() -> Result<(), NotLoaded> {
                    Ok(())
                }

                /// Fetches the part.
                pub(in super::super) fn fetch() -> Pin<Box<dyn Future<Output = Result<(), NotLoaded>>>> {
                    Box::pin(async { preload().await.map_err(NotLoaded::from) })
                }

                /// What it shows; nothing while it is not fetched.
                pub(in super::super) fn view($($arg: $Arg),*) -> Option<AnyView> {
                    futures_util::FutureExt::now_or_never($name($($arg),*)).and_then(Result::ok)
                }
            }
        )*
    };
}

/// Shows a part, and fetches it where it is not there yet.
#[component]
pub fn Part(
    /// Fetches it.
    fetch: FetchPart,
    /// Makes what it shows, once it is fetched.
    #[prop(into)]
    view: PartView,
    /// What is fetched, for the person who waits.
    #[prop(default = "Fetching this page …")]
    what: &'static str,
    /// The height that it will need, in CSS pixels; 0 for a part that shows nothing, and is waited for without a word.
    #[prop(default = 400)]
    height_css_px: u32,
) -> impl IntoView {
    // A part that is there is shown at once: nothing flickers when a page is gone to again.
    let state = RwSignal::new(fetch().now_or_never().map_or(PartState::Waiting, PartState::of));
    let tick = use_clock().tick();
    // Whoever asks everything again also asks for a part that did not come.
    effect(move |_| {
        tick.track();
        match state.get_untracked() {
            PartState::Here => return,
            PartState::Waiting => {}
            PartState::Failed => state.set(PartState::Waiting),
        }
        let coming = fetch();
        spawn_local_scoped_with_cancellation(async move {
            state.try_set(PartState::of(coming.await));
        });
    });
    move || match state.get() {
        PartState::Here => (view.0)().into_any(),
        PartState::Waiting if height_css_px == 0 => ().into_any(),
        PartState::Waiting => view! { <Loading what=what height_css_px=height_css_px /> }.into_any(),
        PartState::Failed => view! { <PartFailed /> }.into_any(),
    }
}

#[derive(Clone, Copy)]
enum PartState {
    Waiting,
    Here,
    Failed,
}

impl PartState {
    fn of(outcome: Result<(), NotLoaded>) -> Self {
        match outcome {
            Ok(()) => Self::Here,
            Err(NotLoaded) => Self::Failed,
        }
    }
}

/// Says that a part could not be fetched.
#[component]
fn PartFailed() -> impl IntoView {
    let trouble = Trouble {
        what: "A part of Jobscope could not be fetched from the page's server".to_owned(),
        next_step: "Try again; where that does not help, reload: the server may hold a newer version by now."
            .to_owned(),
        details: String::new(),
    };
    view! { <ErrorPanel trouble=Signal::stored(trouble) /> }
}
