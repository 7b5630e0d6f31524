"""Fault injection: responses, delays and broken connections."""
