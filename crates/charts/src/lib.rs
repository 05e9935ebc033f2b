//! Drawing of charts on any plotters backend: layout, axes, decimation, hit-testing.
