//! Jobscope, the app.

fn main() {}
