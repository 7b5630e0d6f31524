"""The text for a library of the kit that is not installed: the kit needs more than the mock."""

from __future__ import annotations


def missing(error: ModuleNotFoundError) -> str:
    """Names what installs it. Raises the error itself if it is a part of this distribution."""
    if (error.name or "").startswith("ringme_"):
        raise error
    return (
        f"{error.name} is not installed; from the folder that holds the checkout of ringme-mock: "
        'pip install "./ringme-mock[contract]"'
    )
