//! A chart's canvas that is kept drawn: when its data, its box, the screen's density or the colours change.

use charts::ChartStyle;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;

use super::{Redraw, Surface, use_box_size, use_is_on_screen, use_palette};

/// Height of the axes' text, in CSS pixels: the style sheet's `--t-xs`.
const AXIS_FONT_CSS_PX: f64 = 11.0;

/// Redraws in the next frame whenever something that shows has changed, while the chart is on the screen.
///
/// `track` follows what is drawn, and says whether there is anything; `draw` draws it.
pub fn keep_drawn(
    place: NodeRef<Div>,
    canvas: NodeRef<Canvas>,
    dpr: Signal<f64>,
    track: impl Fn() -> bool + 'static,
    draw: impl Fn(&Surface, &ChartStyle) + Copy + 'static,
) {
    let size = use_box_size(place);
    let is_on_screen = use_is_on_screen(place);
    let theme = use_palette();
    let redraw = Redraw::new();
    let surface = StoredValue::new_local(None::<Surface>);
    let paint = move || {
        let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
        let Some(dpr) = dpr.try_get_untracked() else { return };
        let theme = theme.get_untracked();
        let style = ChartStyle {
            palette: theme.palette.clone(),
            font_family: theme.font_family.clone(),
            font_css_px: AXIS_FONT_CSS_PX,
            dpr,
        };
        surface.try_update_value(|it| {
            if it.is_none() {
                *it = Surface::new(canvas);
            }
            if let Some(surface) = it {
                surface.fit(size.get_untracked(), dpr);
                draw(surface, &style);
            }
        });
    };
    Effect::new(move |_| {
        let (width_css_px, height_css_px) = size.get();
        dpr.track();
        theme.track();
        if track() && is_on_screen.get() && width_css_px > 0.0 && height_css_px > 0.0 {
            redraw.request(paint);
        }
    });
}
