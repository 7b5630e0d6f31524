"""A second, small implementation of the document, which shares no code with the mock.

Flask and SQLite: another framework and another way to keep state. What the kit demands of it
and of the mock alike is in the document; what it demands of only one of them is a mistake.
"""
