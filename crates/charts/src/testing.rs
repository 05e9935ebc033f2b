//! For tests: charts from a few numbers, and a backend that writes down what it is told to draw.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;

use domain::series::Series;
use domain::system::Unit;
use domain::time::{TimeRange, Timestamp};
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use crate::{ChartSeries, ChartStyle, Drawing, Fill, LineChart, Palette, Rgb, View};

/// A series' name and its samples: second and value.
type NamedSamples<'a> = (&'a str, &'a [(i64, f64)]);

/// A chart from second 0 to `end_secs`.
pub(crate) fn chart_of(end_secs: i64, series: &[NamedSamples<'_>]) -> LineChart {
    let range = TimeRange { start: Timestamp::from_secs(0), end: Timestamp::from_secs(end_secs) };
    let to_series = |(color, (name, samples)): (usize, &NamedSamples<'_>)| ChartSeries {
        name: Arc::from(*name),
        color,
        fill: Fill::None,
        data: Arc::new(Series {
            times: samples.iter().map(|(at, _)| Timestamp::from_secs(*at)).collect(),
            values: samples.iter().map(|(_, value)| *value).collect(),
            ..Series::default()
        }),
    };
    LineChart {
        series: series.iter().enumerate().map(to_series).collect(),
        ..LineChart::new(range, Unit::None)
    }
}

/// Colours whose red channel names them in a log.
pub(crate) fn style() -> ChartStyle {
    ChartStyle {
        palette: Palette {
            surface: Rgb(0, 0, 0),
            ink: Rgb(1, 0, 0),
            ink_3: Rgb(3, 0, 0),
            line: Rgb(4, 0, 0),
            accent: Rgb(5, 0, 0),
            warn: Rgb(6, 0, 0),
            fail: Rgb(7, 0, 0),
            series: vec![Rgb(101, 0, 0), Rgb(102, 0, 0)],
        },
        font_family: "sans".to_owned(),
        font_css_px: 11.0,
        dpr: 1.0,
    }
}

fn color_name(color: BackendColor) -> String {
    let name = match color.rgb.0 {
        0 => "surface",
        1 => "ink",
        3 => "ink-3",
        4 => "line",
        5 => "accent",
        6 => "warn",
        7 => "fail",
        101 => "c1",
        102 => "c2",
        _ => "?",
    };
    if color.alpha == 1.0 { name.to_owned() } else { format!("{name}/{:.2}", color.alpha) }
}

/// Writes down one line an element.
pub(crate) struct Recorder {
    size: (u32, u32),
    log: Rc<RefCell<Vec<String>>>,
}

/// A canvas of that size, and what is drawn on it.
pub(crate) fn canvas(width: u32, height: u32) -> (DrawingArea<Recorder, Shift>, Rc<RefCell<Vec<String>>>) {
    let log = Rc::new(RefCell::new(Vec::new()));
    (Recorder { size: (width, height), log: Rc::clone(&log) }.into(), log)
}

/// Draws on a canvas of that size; gives the log, and where things stand.
pub(crate) fn record(
    size: (u32, u32),
    chart: &LineChart,
    view: &View,
    style: &ChartStyle,
) -> (Vec<String>, Drawing) {
    let (area, log) = canvas(size.0, size.1);
    let drawing = crate::draw(&area, chart, view, style).unwrap();
    drop(area);
    (Rc::into_inner(log).unwrap().into_inner(), drawing)
}

type Outcome = Result<(), DrawingErrorKind<Infallible>>;

impl Recorder {
    fn write(&self, entry: String) -> Outcome {
        self.log.borrow_mut().push(entry);
        Ok(())
    }
}

fn points(points: impl IntoIterator<Item = BackendCoord>) -> String {
    points.into_iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

impl DrawingBackend for Recorder {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Outcome {
        self.write(format!("pixel {} {x},{y}", color_name(color)))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        self.write(format!(
            "line {} {} {}",
            color_name(style.color()),
            style.stroke_width(),
            points([from, to])
        ))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        self.write(format!("rect {} {fill} {}", color_name(style.color()), points([from, to])))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        self.write(format!("path {} {} {}", color_name(style.color()), style.stroke_width(), points(path)))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        self.write(format!("circle {} {fill} {radius} {}", color_name(style.color()), points([center])))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Outcome {
        self.write(format!("area {} {}", color_name(style.color()), points(vert)))
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Outcome {
        let h_pos = match style.anchor().h_pos {
            HPos::Left => "left",
            HPos::Right => "right",
            HPos::Center => "center",
        };
        let v_pos = match style.anchor().v_pos {
            VPos::Top => "top",
            VPos::Center => "middle",
            VPos::Bottom => "bottom",
        };
        let text = text.replace('\u{202f}', " ");
        self.write(format!("text {} {h_pos} {v_pos} {} {text}", color_name(style.color()), points([at])))
    }

    /// Every letter is 6 pixels wide at the usual size.
    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size();
        Ok(((text.chars().count() as f64 * size * 6.0 / 11.0).round() as u32, size as u32))
    }
}
