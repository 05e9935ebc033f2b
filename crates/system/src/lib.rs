//! The system file: how one deployment calls things; read, checked, and turned into [`domain::system::System`].
