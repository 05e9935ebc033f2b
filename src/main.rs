//! Jobscope's entry: everything is in the library, so that browser tests can reach it.

fn main() {
    jobscope::start();
}
