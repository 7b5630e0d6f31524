"""Writes a commented target file to fill in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ringme_spec.errors import ConfigError


def template() -> str:
    return files("ringme_contract").joinpath("target_template.toml").read_text(encoding="utf-8")


def write_template(path: Path) -> None:
    """Writes it to a path where nothing is yet. Raises ConfigError."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        raise ConfigError(f"{path}: is there already; it is left as it is") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
