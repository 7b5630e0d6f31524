"""The state of the mock: entries, tokens, limits, clock. Knows no HTTP."""
