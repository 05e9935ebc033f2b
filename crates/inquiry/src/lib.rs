//! Plans: which questions find out what is to be known, in which order, and what the answers add up to. Does no IO.
