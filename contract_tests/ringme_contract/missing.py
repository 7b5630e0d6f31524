"""The message for a missing library: the kit needs more of them than the mock."""

from __future__ import annotations


def missing(error: ModuleNotFoundError) -> str:
    """Says how to install it. Raises the error itself if the module is of this distribution."""
    if (error.name or "").startswith("ringme_"):
        raise error
    return (
        f"{error.name} is not installed; from the folder that holds the checkout of ringme-mock: "
        'pip install "./ringme-mock[contract]"'
    )
