//! Drawing of charts on any plotters backend: layout, axes, decimation, hit-testing.
//!
//! A [`LineChart`] says what is drawn, a [`View`] what the person has hidden or focused, a [`ChartStyle`] in which
//! colours and sizes. [`draw`] puts it on a `plotters` drawing area and gives back a [`Drawing`], which answers
//! where things stand. All geometry is in whole device pixels, with the origin at the top left.
//!
//! Data is thinned before anything is drawn: see [`columns`].

pub mod columns;
mod draw;
mod layout;
mod marks;
mod model;
mod readout;
mod runs;
mod scale;
mod scatter;
mod style;
mod table;
mod text;
mod ticks;

#[cfg(test)]
mod testing;

pub use draw::{DrawError, draw};
pub use layout::{Drawing, ExemplarDot, PlotRect};
pub use model::{ChartSeries, Deploy, EndLabel, Fill, LineChart, Scale, View, Zone};
pub use readout::{Direction, neighbour, newest, readout, snap};
pub use scale::{TimeScale, ValueScale};
pub use scatter::{Dot, DotShape, DotTone, Scatter, ScatterDrawing, draw_scatter};
pub use style::{ChartStyle, Palette, Rgb};
pub use table::{Table, summary, table};
pub use text::moment_label;
