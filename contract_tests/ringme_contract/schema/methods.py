"""Methods that a path does not have."""

from __future__ import annotations

import re
from typing import Any

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import NOWHERE
from ringme_contract.schema.findings import Findings
from ringme_spec.operations import Operation

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Servers may support these two for every path, without a word of it in the document.
_ALWAYS_FINE = {"HEAD", "OPTIONS"}


@check("no-patch", layer="schema", isolated=True)
def unsupported_methods(kit: CheckContext) -> None:
    """405 and what there is instead, on every path, about things that are not there."""
    findings = Findings(kit)
    paths: dict[str, list[Operation]] = {}
    for operation in kit.operations:
        paths.setdefault(operation.path, []).append(operation)
    every: dict[str, set[str]] = {}
    for operation in kit.contract.operations.values():
        every.setdefault(operation.path, set()).add(operation.method)
    for path, known in paths.items():
        # That of the client as well: where such a method is let in, it must do no harm.
        values = kit.factory.nowhere(known[0])
        values |= {one.name: NOWHERE for one in known[0].path_parameters if one.me}
        url = path.format(**values)
        allowed = sorted(one.method for one in known)
        for method in _METHODS:
            if method in every[path] or (method == "DELETE" and url == path):
                continue
            body: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": {}}
            caller = kit.anonymous if known[0].scopes is None else kit.caller("client")
            response = caller.request(method, url, **body)
            if response.status_code != 405:
                title = f"{method} {path} has the status {response.status_code}"
                findings.add(known[0], title, expected=405)
                continue
            said = {
                one.upper() for one in re.findall("[A-Za-z]+", response.headers.get("Allow", ""))
            }
            # What the target is said to lack it may have all the same.
            if sorted(said - _ALWAYS_FINE - (every[path] - {*allowed})) != allowed:
                findings.add(
                    known[0], f"Allow of the 405 for {path} is {sorted(said)}, not {allowed}"
                )
    findings.report("405, with the methods that the path has in Allow")
