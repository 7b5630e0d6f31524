"""The documentation to read: pages about the API, served by the mock and built as a static site."""

from ringme_mock.reference.routes import reference_routes

__all__ = ["reference_routes"]
