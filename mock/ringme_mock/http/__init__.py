"""HTTP as the mock serves it: connections, their limits, requests and responses."""
