//! A canvas and its backend, kept at the size of its box in device pixels.

use std::cell::RefCell;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::CanvasBackend;

/// A canvas that is drawn on in device pixels.
pub struct Surface {
    canvas: HtmlCanvasElement,
    backend: Rc<RefCell<CanvasBackend>>,
    size_px: (u32, u32),
}

impl Surface {
    /// Over an opaque 2D context; `None` where the browser has none to give.
    pub fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let options = js_sys::Object::new();
        // What is opaque needs no blending with the page.
        js_sys::Reflect::set(&options, &"alpha".into(), &false.into()).ok()?;
        let context = canvas.get_context_with_context_options("2d", &options).ok()??;
        let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
        let size_px = (canvas.width(), canvas.height());
        let backend = Rc::new(RefCell::new(CanvasBackend::new(context, size_px)));
        Some(Self { canvas, backend, size_px })
    }

    /// Gives the canvas the size of a box of CSS pixels, at so many device pixels each. Setting a size clears it,
    /// so an unchanged one is left alone.
    pub fn fit(&mut self, (width_css_px, height_css_px): (f64, f64), dpr: f64) {
        let device = |css_px: f64| (css_px * dpr).floor().max(1.0) as u32;
        let size_px = (device(width_css_px), device(height_css_px));
        if self.size_px == size_px {
            return;
        }
        self.size_px = size_px;
        self.canvas.set_width(size_px.0);
        self.canvas.set_height(size_px.1);
        let style = self.canvas.style();
        for (property, px) in [("width", size_px.0), ("height", size_px.1)] {
            // Refused only for properties that do not exist. In whole thousandths: the general formatting of floats is code
            // that nothing else on the way to a chart needs.
            let thousandths = (f64::from(px) / dpr * 1e3).round() as u32;
            let _ = style
                .set_property(property, &format!("{}.{:03}px", thousandths / 1_000, thousandths % 1_000));
        }
        self.backend.borrow_mut().resized(size_px);
    }

    /// The whole canvas, to draw on.
    pub fn area(&self) -> DrawingArea<CanvasBackend, Shift> {
        DrawingArea::from(&self.backend)
    }
}
