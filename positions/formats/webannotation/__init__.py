"""Annotations of the W3C's model, and those of Hypothesis: written, and read as what a bundle needs."""
