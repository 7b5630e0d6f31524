"""Writes a commented target file to fill in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError

_CAPABILITIES = "#   CAPABILITIES\n"


def template(contract: Contract) -> str:
    """The file with the capabilities of a document listed."""
    text = files("ringme_contract.cli").joinpath("target_template.toml").read_text(encoding="utf-8")
    known = contract.capabilities.values()
    width = max((len(one.name) for one in known), default=0)
    lines = "".join(f"#   {one.name:{width}}  {one.text}\n" for one in known)
    return text.replace(_CAPABILITIES, lines)


def write_template(path: Path, contract: Contract, force: bool = False) -> None:
    """Writes it to a path, with `force` in the place of a file. Raises ConfigError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(template(contract))
    except OSError as error:
        if path.is_file() and not force:
            raise ConfigError(f"{path}: is there already; --force replaces it") from None
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
