"""Control interface, besides the API: states, time, arrivals, tokens, faults, journal."""
