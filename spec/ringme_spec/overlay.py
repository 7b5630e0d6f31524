"""OpenAPI Overlay 1.0: changes that are applied to a document."""

from __future__ import annotations

import copy
import logging
import re
from pathlib import Path
from typing import Any

from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError, raise_all, read_each, unknown_key
from ringme_spec.shape import METHODS

logger = logging.getLogger(__name__)

# Statuses of a refused request body.
_OF_BODIES = ("413", "415")
# A name that JSONPath accepts only in brackets.
_ODD_NAME = re.compile(r"\.([\w/{}@$-]*[/{}@$-][\w/{}@$-]*)")
_KEYS = ("target", "description", "update", "remove")


def apply_overlay(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return a copy of a document with the actions of an overlay file applied in their order.

    An update is merged into an object and appended to a list; `remove` removes the target. A target
    that matches nothing is logged. Raises ConfigError with file and action.
    """
    overlay = read_yaml(path)
    if not isinstance(overlay, dict) or not str(overlay.get("overlay", "")).startswith("1."):
        raise ConfigError(f"{path}: is not an OpenAPI Overlay: it needs `overlay: 1.0.0`")
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        raise ConfigError(f"{path}: must have a list under `actions`")
    # Aliases of YAML share parts, which must not change together.
    document = _unshared(document)
    numbered = [(action, f"{path}: action {number}") for number, action in enumerate(actions, 1)]
    read_each(numbered, lambda item: _apply_action(document, *item))
    return document


def with_common_responses(document: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Add `x-common-responses` to the operations with `x-resource` that are not in `before`.

    An operation gets the statuses that it does not list; 413 and 415 only with a request body.
    """
    common = document.get("x-common-responses", {})
    for path, item in document["paths"].items():
        known = before["paths"].get(path, {})
        for method, node in item.items():
            if method in METHODS and method not in known and "x-resource" in node:
                responses = node.setdefault("responses", {})
                for code, response in common.items():
                    if "requestBody" in node or code not in _OF_BODIES:
                        responses.setdefault(code, response)
    return document


def _unshared(node: Any) -> Any:
    """Copy deeply; parts that occur twice are copied twice."""
    if isinstance(node, dict):
        return {name: _unshared(one) for name, one in node.items()}
    if isinstance(node, list):
        return [_unshared(one) for one in node]
    return node


def _apply_action(document: dict[str, Any], action: Any, where: str) -> None:
    if not isinstance(action, dict) or not isinstance(action.get("target"), str):
        raise ConfigError(f"{where}: must be an object with a `target`")
    raise_all(
        f"{where}: {unknown_key(str(key), _KEYS)}"
        for key in action
        if key not in _KEYS and not str(key).startswith("x-")
    )
    _apply(document, action, where)


def _apply(document: dict[str, Any], action: dict[str, Any], where: str) -> None:
    # On demand, as the import takes a while and most documents have no overlay.
    from jsonpath_rfc9535 import JSONPathError, find

    target = action["target"]
    try:
        nodes = find(target, document)
    except JSONPathError as error:
        odd = _ODD_NAME.search(target)
        hint = f"; write ['{odd[1]}'] for .{odd[1]} (RFC 9535)" if odd else ""
        raise ConfigError(f"{where}: target {target}: is not a JSONPath: {error}{hint}") from None
    if not nodes:
        logger.warning("%s: target %s matches nothing", where, target)
    # The last one first, so that the indexes of the others stay valid.
    for node in reversed(nodes):
        if action.get("remove") is True:
            if node.parent is None:
                raise ConfigError(f"{where}: the whole document cannot be removed")
            parent: Any = node.parent.value
            del parent[node.location[-1]]
        elif "update" in action:
            _update(node.value, copy.deepcopy(action["update"]), f"{where}: target {target}")


def _update(value: Any, update: Any, where: str) -> None:
    if isinstance(value, list):
        value.append(update)
    elif isinstance(value, dict) and isinstance(update, dict):
        _merge(value, update)
    else:
        raise ConfigError(f"{where}: update must be an object, and the target an object or a list")


def _merge(value: dict[str, Any], update: dict[str, Any]) -> None:
    for name, new in update.items():
        old = value.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            _merge(old, new)
        elif isinstance(old, list) and isinstance(new, list):
            old.extend(new)
        else:
            value[name] = new
