"""A mock server for the groups of internal numbers of the RingMe telephony API."""

__version__ = "0.1.0"
