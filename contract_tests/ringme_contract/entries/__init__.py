"""Entries of the target: request values, ownership, and removal."""
