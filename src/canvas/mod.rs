//! From plotters to a browser's canvas: the drawing backend, the palette, and the wish to be drawn.

mod backend;
mod kept;
mod palette;
mod pixels;
mod redraw;
mod size;
mod surface;

pub use backend::{CanvasBackend, CanvasError};
pub use kept::keep_drawn;
pub use palette::{Theme, share_palette, use_palette};
pub use pixels::use_device_pixel_ratio;
pub use redraw::{Redraw, use_is_on_screen};
pub use size::{SizeWatch, use_box_size};
pub use surface::Surface;
