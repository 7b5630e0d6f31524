"""Random sequences against a plain model of the state."""
