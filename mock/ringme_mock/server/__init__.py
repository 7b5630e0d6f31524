"""Server of the mock: options, logs, TLS, reload, workers."""
