//! Widgets that know nothing of backends, transports or pages.

pub mod age;
pub mod badge;
pub mod chart;
pub mod copy_button;
pub mod disclosure;
pub mod element;
pub mod empty_panel;
pub mod error_panel;
pub mod filter_chip;
pub mod keys;
pub mod loading;
pub mod menu;
pub mod part;
pub mod scatter;
pub mod soon;
pub mod tabs;
pub mod timeline;
pub mod virtual_list;
pub mod warnings;
pub mod waterfall;
