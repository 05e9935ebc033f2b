//! Whole inquiries against written-out answers.
