"""Faults on purpose: responses, delays and broken connections."""
