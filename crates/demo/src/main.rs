//! Writes believable telemetry of the shipped systems into real servers.

fn main() {}
