//! A plotters backend over a 2D context, in device pixels.
//!
//! What costs on a canvas is the number of strokes and fills, so consecutive elements of one style are gathered into
//! one path, which is painted when the style changes. Styles and fonts are set only when they differ from the last.

use std::cell::RefCell;
use std::f64::consts::TAU;
use std::fmt;

use domain::sorted::SortedMap;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::CanvasRenderingContext2d;

#[wasm_bindgen(inline_js = "
export function segments(context, ends) {
  for (let at = 0; at < ends.length; at += 4) {
    context.moveTo(ends[at], ends[at + 1]);
    context.lineTo(ends[at + 2], ends[at + 3]);
  }
}")]
extern "C" {
    /// Adds straight lines to the path: x and y of one end, x and y of the other. In JavaScript, as a chart has thousands, and
    /// at first a call out of WebAssembly costs more than the line.
    fn segments(context: &CanvasRenderingContext2d, ends: &[f64]);
}

/// A call that the canvas refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanvasError {
    /// The method's name in the DOM.
    pub call: &'static str,
}

impl fmt::Display for CanvasError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the canvas refused {}", self.call)
    }
}

impl std::error::Error for CanvasError {}

type Outcome = Result<(), DrawingErrorKind<CanvasError>>;

fn refused(call: &'static str) -> DrawingErrorKind<CanvasError> {
    DrawingErrorKind::DrawingError(CanvasError { call })
}

/// Draws on a canvas. Keep one a canvas: it remembers the context's state and the widths of texts.
pub struct CanvasBackend {
    context: CanvasRenderingContext2d,
    size_px: (u32, u32),
    open: Option<Paint>,
    /// What [`segments`] is still to add to the open path.
    ends: Vec<f64>,
    state: RefCell<ContextState>,
}

/// How the gathered path will be painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paint {
    Stroke(Ink, u32),
    Fill(Ink),
}

/// A colour that can be compared: red, green, blue, and alpha in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ink(u8, u8, u8, u8);

impl Ink {
    fn of(color: BackendColor) -> Self {
        let (red, green, blue) = color.rgb;
        Self(red, green, blue, (color.alpha * 100.0).round() as u8)
    }

    fn css(self) -> String {
        let Self(red, green, blue, alpha) = self;
        format!("rgb({red} {green} {blue} / {alpha}%)")
    }
}

/// What was last set on the context, and what it measured.
#[derive(Default)]
struct ContextState {
    fill: Option<Ink>,
    stroke: Option<(Ink, u32)>,
    font: String,
    align: &'static str,
    widths_px: SortedMap<(String, String), u32>,
}

impl CanvasBackend {
    /// Over a context whose canvas has that many device pixels.
    pub fn new(context: CanvasRenderingContext2d, size_px: (u32, u32)) -> Self {
        Self { context, size_px, open: None, ends: Vec::new(), state: RefCell::default() }
    }

    /// Tells that the canvas got another size, which resets the context.
    pub fn resized(&mut self, size_px: (u32, u32)) {
        let widths_px = std::mem::take(&mut self.state.get_mut().widths_px);
        self.size_px = size_px;
        self.open = None;
        self.ends.clear();
        self.state = RefCell::new(ContextState { widths_px, ..ContextState::default() });
    }

    /// Begins a path, unless one of the same style is already open.
    fn gather(&mut self, paint: Paint) {
        if self.open != Some(paint) {
            self.flush();
            self.context.begin_path();
            self.open = Some(paint);
        }
    }

    /// Paints what was gathered.
    fn flush(&mut self) {
        if !self.ends.is_empty() {
            segments(&self.context, &self.ends);
            self.ends.clear();
        }
        match self.open.take() {
            None => {}
            Some(Paint::Fill(ink)) => {
                self.set_fill(ink);
                self.context.fill();
            }
            Some(Paint::Stroke(ink, width_px)) => {
                let state = self.state.get_mut();
                if state.stroke != Some((ink, width_px)) {
                    self.context.set_stroke_style_str(&ink.css());
                    self.context.set_line_width(f64::from(width_px));
                    state.stroke = Some((ink, width_px));
                }
                self.context.stroke();
            }
        }
    }

    fn set_fill(&mut self, ink: Ink) {
        let state = self.state.get_mut();
        if state.fill != Some(ink) {
            self.context.set_fill_style_str(&ink.css());
            state.fill = Some(ink);
        }
    }

    fn set_font(&self, font: &str) {
        let mut state = self.state.borrow_mut();
        if state.font != font {
            self.context.set_font(font);
            font.clone_into(&mut state.font);
        }
    }

    fn trace(&self, points: impl IntoIterator<Item = BackendCoord>, shift: f64) {
        let mut points = points.into_iter();
        if let Some((x, y)) = points.next() {
            self.context.move_to(f64::from(x) + shift, f64::from(y) + shift);
        }
        for (x, y) in points {
            self.context.line_to(f64::from(x) + shift, f64::from(y) + shift);
        }
    }
}

/// Strokes of odd width run through the middle of pixels, others between them: so both have sharp edges.
fn shift(width_px: u32) -> f64 {
    if width_px % 2 == 1 { 0.5 } else { 0.0 }
}

fn font<T: BackendTextStyle>(style: &T) -> String {
    let weight = match style.style() {
        FontStyle::Bold => 600,
        FontStyle::Normal | FontStyle::Italic | FontStyle::Oblique => 400,
    };
    format!("{weight} {}px {}", style.size().round() as u32, style.family().as_str())
}

impl DrawingBackend for CanvasBackend {
    type ErrorType = CanvasError;

    fn get_size(&self) -> (u32, u32) {
        self.size_px
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        self.flush();
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Outcome {
        self.gather(Paint::Fill(Ink::of(color)));
        self.context.rect(f64::from(x), f64::from(y), 1.0, 1.0);
        Ok(())
    }

    /// Horizontal and vertical lines cover the pixels at both ends.
    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        let width_px = style.stroke_width();
        let shift = shift(width_px);
        self.gather(Paint::Stroke(Ink::of(style.color()), width_px));
        let (x0, y0, x1, y1) = (f64::from(from.0), f64::from(from.1), f64::from(to.0), f64::from(to.1));
        if x0 == x1 {
            self.ends.extend([x0 + shift, y0.min(y1), x0 + shift, y0.max(y1) + 1.0]);
        } else if y0 == y1 {
            self.ends.extend([x0.min(x1), y0 + shift, x0.max(x1) + 1.0, y0 + shift]);
        } else {
            self.trace([from, to], shift);
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let ink = Ink::of(style.color());
        let (width, height) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
        let shift = if fill { 0.0 } else { shift(style.stroke_width()) };
        self.gather(if fill { Paint::Fill(ink) } else { Paint::Stroke(ink, style.stroke_width()) });
        self.context.rect(f64::from(from.0) + shift, f64::from(from.1) + shift, width, height);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        self.gather(Paint::Stroke(Ink::of(style.color()), style.stroke_width()));
        self.trace(path, shift(style.stroke_width()));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let ink = Ink::of(style.color());
        self.gather(if fill { Paint::Fill(ink) } else { Paint::Stroke(ink, style.stroke_width()) });
        let (x, y, radius) = (f64::from(center.0) + 0.5, f64::from(center.1) + 0.5, f64::from(radius));
        self.context.move_to(x + radius, y); // else a line would lead here from the circle before
        self.context.arc(x, y, radius, 0.0, TAU).map_err(|_| refused("arc"))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Outcome {
        self.gather(Paint::Fill(Ink::of(style.color())));
        self.trace(corners, 0.5);
        self.context.close_path();
        Ok(())
    }

    /// Placed by the height of capitals rather than by the em square, which differs from browser to browser.
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Outcome {
        self.flush();
        self.set_fill(Ink::of(style.color()));
        self.set_font(&font(style));
        let align = match style.anchor().h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        };
        let state = self.state.get_mut();
        if state.align != align {
            self.context.set_text_align(align);
            state.align = align;
        }
        let below_capitals = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.36,
            VPos::Bottom => -0.12,
        };
        let baseline = f64::from(y) + (below_capitals * style.size()).round();
        self.context.fill_text(text, f64::from(x), baseline).map_err(|_| refused("fillText"))
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<CanvasError>> {
        let height_px = style.size().ceil() as u32;
        let key = (font(style), text.to_owned());
        if let Some(width_px) = self.state.borrow().widths_px.get(&key) {
            return Ok((*width_px, height_px));
        }
        self.set_font(&key.0);
        let metrics = self.context.measure_text(text).map_err(|_| refused("measureText"))?;
        let width_px = metrics.width().ceil() as u32;
        self.state.borrow_mut().widths_px.insert(key, width_px);
        Ok((width_px, height_px))
    }
}
