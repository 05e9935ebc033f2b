//! Whole runs against written-out answers.
