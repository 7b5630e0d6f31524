"""Checks of every resource, made from the operations and collections of the document."""
