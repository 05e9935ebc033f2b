//! Verdicts over evidence written out by hand.
