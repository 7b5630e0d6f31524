"""URLs of the mock, and paths outside the API."""

from __future__ import annotations

import re

# Origins of pages that this machine serves.
LOCAL_ORIGIN = re.compile(
    r"https?://(([a-z0-9_-]+\.)*localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?"
)
HOME_PATH = "/"
CONTROL_PATH = "/__mock__"
PAGE_PATH = f"{CONTROL_PATH}/page"
DOCS_PATH = "/docs"
REFERENCE_PATH = "/reference"
DOCUMENT_PATH = "/openapi.json"
# Paths of the control interfaces of WireMock and Mockoon.
OTHER_MOCKS = ("/__admin", "/mockoon-admin")
# First segments of paths outside the API; that of the root is empty.
_OWN = (HOME_PATH, CONTROL_PATH, DOCS_PATH, REFERENCE_PATH, DOCUMENT_PATH, "/favicon.ico")
PAGES = frozenset(path.split("/")[1] for path in (*_OWN, *OTHER_MOCKS))
