"""The command that serves the mock: options, logs, TLS, reload."""
