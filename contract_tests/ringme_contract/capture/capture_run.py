"""From a target file to a folder of fixtures."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ringme_contract.capture.completion import Completion, applications_of, set_passwords
from ringme_contract.capture.folders import SavedResponses, check_free, write_folder
from ringme_contract.capture.gather import Found, Gathering
from ringme_contract.capture.listings import Entry
from ringme_contract.capture.made_up import MadeUp
from ringme_contract.capture.service import Service
from ringme_contract.report.printable import printable
from ringme_contract.run import check_run
from ringme_contract.target import Target
from ringme_spec.contract import Contract

# Where a mock serves unless it is told otherwise.
_MOCK = "http://127.0.0.1:8080"
# Lines on single entries that are told.
_MOST_NOTES = 10


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    url: str | None
    target: Path
    out: Path
    keep_personal_data: bool = False
    max_entries: int = 250_000
    document: Path | None = None
    overlay: tuple[Path, ...] = ()
    timeout: float | None = None
    ca: Path | None = None


def run(options: Options, tell: Callable[[str], None]) -> None:
    """Capture a client. Raises ConfigError with the line that says why there is no result."""
    read = check_run.Options(
        options.url,
        options.target,
        options.document,
        options.overlay,
        timeout=options.timeout,
        ca=options.ca,
    )
    contract = check_run.read_document(read)
    target = check_run.read_target(read, contract)
    check_free(options.out)
    saved = SavedResponses(
        options.out.with_name(f"{options.out.name}.part"), _about(target, contract)
    )
    if saved.resumed:
        tell("goes on with what was read before")
    found = _gather(options, contract, target, saved, tell)
    gone = Completion(contract, found, target.capture, target.source).run()
    MadeUp(contract, options.keep_personal_data).replace_all(found.entries)
    set_passwords(contract, found.entries)
    stored = {
        name: listed
        for name, listed in found.entries.items()
        if contract.collections[name].is_stored
    }
    write_folder(saved.folder / "fixtures", options.out, stored, gone)
    saved.remove()
    for note in found.notes[:_MOST_NOTES]:
        tell(printable(note))
    if len(found.notes) > _MOST_NOTES:
        tell(f"and {len(found.notes) - _MOST_NOTES} more lines of this kind")
    _report(options, contract, found.entries)


def _gather(
    options: Options,
    contract: Contract,
    target: Target,
    saved: SavedResponses,
    tell: Callable[[str], None],
) -> Found:
    token = contract.token_operation
    service = Service(target, token.path if token else "", tell)
    try:
        return Gathering(
            contract,
            lambda path, query: saved.get(path, query, lambda: service.get(path, query)),
            lambda operation: not contract.needs(operation) & target.off,
            target.range,
            options.max_entries,
            tell,
        ).run()
    finally:
        service.close()


def _report(options: Options, contract: Contract, entries: dict[str, list[Entry]]) -> None:
    """Say what was written, and how to use it at once."""
    counts = ", ".join(f"{len(listed)} {name}" for name, listed in entries.items() if listed)
    click.echo(f"wrote {options.out}: {counts}")
    click.echo(f"Serve it:    ringme-mock serve --fixtures {shlex.quote(str(options.out))}")
    for line in _logins(contract, entries):
        click.echo(line)


def _logins(contract: Contract, entries: dict[str, list[Entry]]) -> Iterator[str]:
    """Yield a command for a token that the made-up applications allow, and who may log in."""
    token, applications = contract.token_operation, applications_of(contract)
    if token is None or applications is None:
        return
    rule, kind_of = applications
    for grant, node in token.resource["grants"].items():
        for one in entries[rule.name]:
            if one[kind_of] in node["for"] and set(node["needs"]) <= one.keys():
                values = " ".join(f"-d {name}={one[name]}" for name in node["needs"])
                words = f"-d grant_type={grant} {values}"
                yield f"Get a token: curl {_MOCK}{token.path} {words}"
    users = token.collection
    if users.unique and len(entries[users.name]) > 1:
        login = entries[users.name][1].get(users.unique.property)
        yield f"Users log in with the password mock- and their login, such as mock-{login}."


def _about(target: Target, contract: Contract) -> dict[str, Any]:
    document = json.dumps(contract.document, sort_keys=True, default=str)
    identity = json.dumps(target.identities.get("client", None), default=str)
    return {
        "url": target.url,
        "range": list(target.range),
        "identity": hashlib.sha256(identity.encode()).hexdigest(),
        "document": hashlib.sha256(document.encode()).hexdigest(),
    }
