"""The page for people at `/`: a session at a glance, and buttons for what happens to it."""

from ringme_mock.page.middleware import PageMiddleware

__all__ = ["PageMiddleware"]
