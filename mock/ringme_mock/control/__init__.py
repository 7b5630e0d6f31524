"""The mock's own interface, beside the API: states, time, arrivals, tokens, faults, journal."""
