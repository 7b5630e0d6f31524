"""A second, small implementation of the document, which shares no code with the mock.

It uses Flask and SQLite: another framework and another kind of storage. What the kit demands of
both implementations is in the document; a demand on only one of them is a mistake of the kit.
"""
