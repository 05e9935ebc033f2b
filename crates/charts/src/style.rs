//! Colours and sizes of a chart, as the page's style sheet gives them.

use domain::number;
use plotters::style::{Color, RGBAColor, RGBColor, ShapeStyle};

/// A colour without transparency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Reads `#rrggbb`, `#rgb`, `rgb(r, g, b)` or `rgb(r g b)`: what style sheets and browsers write.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(digits) = text.strip_prefix('#') {
            let value = u32::from_str_radix(digits, 16).ok()?;
            let byte = |shift: u32| (value >> shift & 0xff) as u8;
            let nibble = |shift: u32| (value >> shift & 0xf) as u8 * 17;
            return match digits.len() {
                6 => Some(Self(byte(16), byte(8), byte(0))),
                3 => Some(Self(nibble(8), nibble(4), nibble(0))),
                _ => None,
            };
        }
        let inside =
            text.strip_prefix("rgb")?.trim_start_matches('a').strip_prefix('(')?.strip_suffix(')')?;
        let mut parts = inside.split([',', ' ', '/']).filter(|it| !it.is_empty());
        let mut channel = || Some(number::parse(parts.next()?)?.round().clamp(0.0, 255.0) as u8);
        Some(Self(channel()?, channel()?, channel()?))
    }

    pub(crate) fn opaque(self) -> RGBAColor {
        RGBColor(self.0, self.1, self.2).to_rgba()
    }

    pub(crate) fn faded(self, alpha: f64) -> RGBAColor {
        RGBColor(self.0, self.1, self.2).mix(alpha)
    }
}

/// The colours of one theme, by the names of the style sheet's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// `--surface`: what the chart stands on.
    pub surface: Rgb,
    /// `--ink`: what you came for.
    pub ink: Rgb,
    /// `--ink-3`: axes and marks.
    pub ink_3: Rgb,
    /// `--line`: the grid.
    pub line: Rgb,
    /// `--accent`: what can be followed.
    pub accent: Rgb,
    /// `--warn`: the objective.
    pub warn: Rgb,
    /// `--fail`: what failed.
    pub fail: Rgb,
    /// `--c1` and so on: the series. Never empty.
    pub series: Vec<Rgb>,
}

impl Palette {
    /// The colour of a series.
    pub fn series_color(&self, index: usize) -> Rgb {
        self.series.get(index % self.series.len().max(1)).copied().unwrap_or(self.ink)
    }
}

/// How a chart is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartStyle {
    /// Its colours.
    pub palette: Palette,
    /// CSS `font-family` of all text.
    pub font_family: String,
    /// Height of the axes' text in CSS pixels.
    pub font_css_px: f64,
    /// Device pixels for one CSS pixel.
    pub dpr: f64,
}

impl ChartStyle {
    /// So many CSS pixels in whole device pixels, at least one.
    pub fn px(&self, css_px: f64) -> i32 {
        ((css_px * self.dpr).round() as i32).max(1)
    }
}

/// A stroke of so many device pixels.
pub(crate) fn stroke(color: RGBAColor, width_px: u32) -> ShapeStyle {
    ShapeStyle { color, filled: false, stroke_width: width_px }
}

/// An area of that colour.
pub(crate) fn filled(color: RGBAColor) -> ShapeStyle {
    ShapeStyle { color, filled: true, stroke_width: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_browsers_write_them() {
        let check = |text: &str, expected| assert_eq!(Rgb::parse(text), expected, "{text}");
        check("#2f6fd6", Some(Rgb(0x2f, 0x6f, 0xd6)));
        check("  #fff ", Some(Rgb(255, 255, 255)));
        check("rgb(47, 111, 214)", Some(Rgb(47, 111, 214)));
        check("rgb(47 111 214 / 0.5)", Some(Rgb(47, 111, 214)));
        check("rgba(47, 111, 214, 1)", Some(Rgb(47, 111, 214)));
        check("light-dark(#fff, #000)", None);
        check("#12", None);
        check("", None);
    }
}
