"""Random sequences of steps, compared with a plain model of the state."""
