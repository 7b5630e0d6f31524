"""The document as a whole: operations, collections, rules and the limits that it declares."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ringme_spec.collections import read_collections
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError
from ringme_spec.extensions import check_extensions
from ringme_spec.operations import Operation, read_operations
from ringme_spec.overlay import apply_overlay, with_common_responses
from ringme_spec.rules import Rule, read_rules
from ringme_spec.schema import Schemas


class Contract:
    """A document, read once. Raises ConfigError where it, or an extension of it, makes no sense.

    `user_types` is `x-user-types`: by type of user the property with the key of what it is
    confined to. `rate_limit` is `x-rate-limit`, empty where the document has none.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        check_extensions(document)
        self.document = document
        self.schemas = Schemas(document)
        self.schemas.check_references()
        self.collections = read_collections(document, self.schemas)
        self.user_types: dict[str, str] = document.get("x-user-types", {})
        self.rate_limit: dict[str, int] = document.get("x-rate-limit", {})
        self.operations = read_operations(document, self.schemas, self.collections)
        for name in self.user_types:
            if name not in self.collections:
                raise ConfigError(f"x-user-types: there is no collection {name}")

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules of `x-rules` by id."""
        return read_rules(self.document)

    @cached_property
    def token_operation(self) -> Operation | None:
        """The operation that issues tokens: the one whose `x-resource` names grants."""
        return next((one for one in self.operations.values() if "grants" in one.resource), None)


def read_contract(path: Path, overlays: Sequence[Path] = ()) -> Contract:
    """The contract in a YAML or JSON file, with overlays laid over it in their order.

    Raises ConfigError with one line that names the file.
    """
    document = read_yaml(path)
    if not isinstance(document, dict) or not {"openapi", "paths"} <= document.keys():
        raise ConfigError(f"{path}: is not an OpenAPI document: it needs `openapi` and `paths`")
    for overlay in overlays:
        document = with_common_responses(apply_overlay(document, overlay), document)
        path = overlay
    try:
        return Contract(document)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
