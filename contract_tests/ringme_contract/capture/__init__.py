"""A copy of one client of a live service, as fixtures for the mock."""
