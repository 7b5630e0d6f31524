"""HTTP: connections and their limits, requests and responses."""
