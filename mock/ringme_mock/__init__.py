"""A mock server for the groups of internal numbers of the RingMe telephony API."""

import warnings

__version__ = "0.1.0"

# Connexion imports a test client that nothing here uses, and which asks for another package.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
