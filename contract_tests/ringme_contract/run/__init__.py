"""A run: the order of the checks, and the evaluation of their results."""
