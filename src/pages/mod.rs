//! The pages: one folder each, and which one the view asks for.
