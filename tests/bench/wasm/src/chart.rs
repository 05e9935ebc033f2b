//! A chart as the app draws it, with the app's own canvas.

use std::sync::Arc;

use charts::{ChartSeries, ChartStyle, Fill, LineChart, Palette, Rgb, View};
use domain::series::{Labels, Series};
use domain::system::Unit;
use domain::time::{TimeRange, Timestamp};
use js_sys::Float64Array;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlCanvasElement;

use crate::surface::Surface;

/// Series that share their times, in the program's own form.
#[wasm_bindgen]
pub struct Data(LineChart);

#[wasm_bindgen]
impl Data {
    /// Copies the series in: seconds since the epoch, and one column of values a series. Not measured.
    #[wasm_bindgen(constructor)]
    pub fn new(times_secs: &[f64], columns: Vec<Float64Array>) -> Self {
        let times: Arc<[Timestamp]> = times_secs.iter().map(|it| Timestamp::from_secs_f64(*it)).collect();
        let ends = times.first().zip(times.last());
        let range = ends.map_or_else(
            || TimeRange::between(Timestamp::default(), Timestamp::default()),
            |(start, end)| TimeRange { start: *start, end: *end },
        );
        let series = columns.iter().enumerate().map(|(color, values)| ChartSeries {
            name: format!("s{color}").into(),
            color,
            fill: Fill::None,
            data: Arc::new(Series {
                labels: Labels::default(),
                times: Arc::clone(&times),
                values: values.to_vec(),
            }),
        });
        Self(LineChart { series: series.collect(), ..LineChart::new(range, Unit::None) })
    }
}

/// A chart on a canvas.
#[wasm_bindgen]
pub struct Chart {
    surface: Surface,
    style: ChartStyle,
}

#[wasm_bindgen]
impl Chart {
    /// On that canvas, in that many CSS pixels; nothing where the canvas gives no context.
    pub fn on(canvas: HtmlCanvasElement, width_css_px: f64, height_css_px: f64) -> Option<Chart> {
        let mut surface = Surface::new(canvas)?;
        surface.fit((width_css_px, height_css_px), 1.0);
        let series = [Rgb(47, 111, 214), Rgb(154, 107, 0), Rgb(123, 75, 208), Rgb(13, 133, 121)];
        let palette = Palette {
            surface: Rgb(255, 255, 255),
            ink: Rgb(22, 27, 34),
            ink_3: Rgb(95, 106, 120),
            line: Rgb(221, 226, 233),
            accent: Rgb(10, 111, 176),
            warn: Rgb(138, 90, 0),
            fail: Rgb(196, 40, 28),
            series: series.to_vec(),
        };
        let style = ChartStyle { palette, font_family: "system-ui".to_owned(), font_css_px: 11.0, dpr: 1.0 };
        Some(Self { surface, style })
    }

    /// Draws all of the data; gives whether the canvas took it.
    pub fn draw(&self, data: &Data) -> bool {
        charts::draw(&self.surface.area(), &data.0, &View::default(), &self.style).is_ok()
    }
}
