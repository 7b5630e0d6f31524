"""From a target file to a folder of fixtures."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import closing
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
from ringme_contract.run.check_run import Options, read_document, read_target
from ringme_contract.target import Target
from ringme_spec.contract import Contract

# The default address of a mock.
_MOCK = "http://127.0.0.1:8080"
# Lines about single entries that are printed.
_MOST_NOTES = 10


def run(
    tell: Callable[[str], None],
    out: Path,
    keep_personal_data: bool,
    max_entries: int,
    **settings: Any,
) -> None:
    """Capture a client. Raises ConfigError if there is no result."""
    options = Options(**settings)
    contract = read_document(options)
    target = read_target(options, contract)
    check_free(out)
    saved = SavedResponses(out.with_name(f"{out.name}.part"), _about(target, contract))
    if saved.resumed:
        tell("continues with what was already read")
    found = _gather(contract, target, saved, max_entries, tell)
    gone = Completion(contract, found, target.capture, target.source).run()
    MadeUp(contract, keep_personal_data).replace_all(found.entries)
    set_passwords(contract, found.entries)
    stored = {
        name: listed
        for name, listed in found.entries.items()
        if contract.collections[name].is_stored
    }
    write_folder(saved.folder / "fixtures", out, stored, gone)
    saved.remove()
    for note in found.notes[:_MOST_NOTES]:
        tell(printable(note))
    if len(found.notes) > _MOST_NOTES:
        tell(f"and {len(found.notes) - _MOST_NOTES} more lines of this kind")
    # The result, and commands to use it.
    counts = ", ".join(f"{len(listed)} {name}" for name, listed in found.entries.items() if listed)
    click.echo(f"wrote {out}: {counts}")
    click.echo(f"Serve it:    ringme-mock serve --fixtures {shlex.quote(str(out))}")
    for line in _logins(contract, found.entries):
        click.echo(line)


def _gather(
    contract: Contract,
    target: Target,
    saved: SavedResponses,
    most: int,
    tell: Callable[[str], None],
) -> Found:
    with closing(Service(target, contract, tell)) as service:
        return Gathering(
            contract,
            lambda path, query: saved.get(path, query, lambda: service.get(path, query)),
            lambda operation: not contract.needs(operation) & target.off,
            target.range,
            most,
            tell,
        ).run()


def _logins(contract: Contract, entries: dict[str, list[Entry]]) -> Iterator[str]:
    """Yield a command that gets a token with each made-up application, and how users log in."""
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
