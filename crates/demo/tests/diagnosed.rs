//! Is what the models break explained? Every job of every scenario, read by the shipped system file: a good one is left
//! alone, a failed or stuck one is explained by what truly broke it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]
