"""Checks of every resource, made of the operations and collections of the document."""
