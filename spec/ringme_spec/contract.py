"""Contract: operations, collections, rules and limits of one document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ringme_spec.capabilities import read_capabilities
from ringme_spec.collections import read_collections
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError, prefixed, raise_all
from ringme_spec.extensions import check_extensions
from ringme_spec.operations import Operation, read_operations
from ringme_spec.overlay import apply_overlay, with_common_responses
from ringme_spec.rules import Rule, read_rules
from ringme_spec.schema import Schemas
from ringme_spec.shape import check_shape

T = TypeVar("T")


class Contract:
    """Document, read once. Raises ConfigError if it or one of its extensions is invalid.

    `user_types` is `x-user-types`: for each type of user, the property with the key of the entry
    that confines it. `rate_limit` is `x-rate-limit`, or empty. `known_paths` is `x-known-paths`:
    descriptions of the service's paths by template.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        check_extensions(document)
        self.document = document
        self.schemas = Schemas(document)
        self.schemas.check_references()
        self.collections = read_collections(document, self.schemas)
        self.user_types: dict[str, str] = document.get("x-user-types", {})
        self.rate_limit: dict[str, int] = document.get("x-rate-limit", {})
        self.known_paths: dict[str, str] = document.get("x-known-paths", {})
        self.operations = read_operations(document, self.schemas, self.collections)
        self.capabilities = read_capabilities(document, self.operations)
        raise_all(
            f"x-user-types: there is no collection {name}"
            for name in self.user_types
            if name not in self.collections
        )

    @cached_property
    def rules(self) -> dict[str, Rule]:
        return read_rules(self.document)

    def needs(self, operation: Operation) -> set[str]:
        return {one.name for one in self.capabilities.values() if one.is_needed_by(operation)}

    def rule_for(self, general: str, operation: Operation) -> str:
        """Return the rule that replaces a general one at an operation, or the general one."""
        for one in self.rules.values():
            if one.of == general and operation.id in one.operations:
                return one.id
        return general

    @cached_property
    def token_operation(self) -> Operation | None:
        """Operation that issues tokens: the one whose `x-resource` has grants."""
        return next((one for one in self.operations.values() if "grants" in one.resource), None)


def read_contract(path: Path, overlays: Sequence[Path] = ()) -> Contract:
    """Read a YAML or JSON file and its overlays. Raises ConfigError that names the file."""
    document = read_yaml(path)
    if not isinstance(document, dict) or not {"openapi", "paths"} <= document.keys():
        raise ConfigError(f"{path}: is not an OpenAPI document: it needs `openapi` and `paths`")
    _name_file(path, check_shape, document)
    for path in overlays:
        before, document = document, apply_overlay(document, path)
        _name_file(path, check_shape, document)
        document = with_common_responses(document, before)
    return _name_file(path, Contract, document)


def _name_file(path: Path, read: Callable[[dict[str, Any]], T], document: dict[str, Any]) -> T:
    """Call `read`, and name the file in its ConfigError."""
    try:
        return read(document)
    except ConfigError as error:
        raise prefixed(str(path), error) from None
