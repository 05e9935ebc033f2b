//! How wide a text is, as the browser would draw it.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use wasm_bindgen::JsCast;

/// Measures texts in one font and remembers what it measured.
pub(super) struct TextWidth {
    weight: u32,
    size_px: u32,
    /// Made when something is measured first: what is the page's face has to be worked out for it.
    context: OnceCell<Option<web_sys::CanvasRenderingContext2d>>,
    known: RefCell<HashMap<String, f64>>,
}

/// What a letter takes where nothing can be measured, in CSS pixels: wide, so that no label is cut.
const LETTER_PX: f64 = 7.0;

impl TextWidth {
    /// For labels of the page's own face; `weight` and `size_px` as in the style sheet.
    pub(super) fn new(weight: u32, size_px: u32) -> Self {
        Self { weight, size_px, context: OnceCell::new(), known: RefCell::default() }
    }

    fn context(&self) -> Option<web_sys::CanvasRenderingContext2d> {
        let body = leptos::prelude::document().body();
        let style = body.and_then(|it| leptos::prelude::window().get_computed_style(&it).ok().flatten());
        let face = style.and_then(|it| it.get_property_value("font-family").ok());
        let face = face.filter(|it| !it.is_empty()).unwrap_or_else(|| "sans-serif".to_owned());
        let canvas = leptos::prelude::document().create_element("canvas").ok()?;
        let canvas: web_sys::HtmlCanvasElement = canvas.dyn_into().ok()?;
        let context: web_sys::CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.set_font(&format!("{} {}px {face}", self.weight, self.size_px));
        Some(context)
    }

    /// How wide a text is, in CSS pixels.
    pub(super) fn px(&self, text: &str) -> f64 {
        if let Some(px) = self.known.borrow().get(text) {
            return *px;
        }
        let context = self.context.get_or_init(|| self.context()).as_ref();
        let measured = context.and_then(|it| it.measure_text(text).ok()).map(|it| it.width());
        let px = measured.unwrap_or_else(|| text.chars().count() as f64 * LETTER_PX);
        self.known.borrow_mut().insert(text.to_owned(), px);
        px
    }
}
