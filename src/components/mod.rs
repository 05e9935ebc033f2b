//! Widgets that know nothing of backends, transports or pages.

