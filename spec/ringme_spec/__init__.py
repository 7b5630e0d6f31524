"""Reads the OpenAPI document for mock, contract kit and documentation. Knows no HTTP."""
