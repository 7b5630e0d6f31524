"""A run: which checks, in which order, and what their results come to."""
