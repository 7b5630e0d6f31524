"""Schemathesis: schemas, statuses, negative input, links."""
