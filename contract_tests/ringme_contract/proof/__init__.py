"""Faults that the kit has to catch, and the run that shows that it does."""
