"""Requests to the target: one transport, what it records, and what a response must be like."""
