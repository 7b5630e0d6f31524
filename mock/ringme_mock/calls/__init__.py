"""Calls in progress: their course on the mock's clock, their events, and their history."""
