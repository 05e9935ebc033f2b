//! Written-out jobs as pictures in words, and laws of the axis.

mod axis;
mod laws;
mod pictures;
