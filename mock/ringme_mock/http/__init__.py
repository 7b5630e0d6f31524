"""The way of a request from its first byte to its response."""
