"""Measures the mock: beside other servers, as its data grows, and under load."""
