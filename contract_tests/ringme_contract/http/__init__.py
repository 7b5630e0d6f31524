"""Requests to the target: sending, recording, and conformance of responses."""
