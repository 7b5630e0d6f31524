"""State of the mock: entries, tokens, limits, clock. It knows nothing of HTTP."""
