"""Faults that the kit has to find, and runs that prove that it does."""
