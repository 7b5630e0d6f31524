"""Operations of the document with resolved references, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC

DOCUMENT = read_yaml(SPEC)
METHODS = ("get", "post", "put", "delete", "patch", "head", "options", "trace")


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


class Operation:
    """Operation of the document, with references resolved."""

    def __init__(self, path: str, method: str) -> None:
        self.path = path
        self.method = method.upper()
        self.node: dict[str, Any] = DOCUMENT["paths"][path][method]
        self.name: str = self.node["operationId"]
        self.parameters = [resolve(one) for one in self.node.get("parameters", [])]
        self.responses = {code: resolve(one) for code, one in self.node["responses"].items()}
        (self.success,) = (int(code) for code in self.responses if code.startswith("2"))
        scopes = self.node.get("security", DOCUMENT["security"])
        self.secured = bool(scopes)
        self.changes_configuration = scopes == [{"oauth2": ["all"]}]
        self.content = resolve(self.node.get("requestBody", {})).get("content", {})

    @property
    def body_schema(self) -> dict[str, Any]:
        """Return the schema of the JSON body; empty if the operation takes none."""
        media = self.content.get("application/json")
        return resolve(media["schema"]) if media else {}

    @property
    def path_collections(self) -> list[str]:
        """Return the collections that the path parameters address."""
        return [one["x-collection"] for one in self.parameters if "x-collection" in one]

    @property
    def example_status(self) -> int:
        """Return the status for the operation's example. The fixtures have no calls in progress."""
        if "302" in self.responses:
            return 302
        in_path = [one for one in self.parameters if one["in"] == "path"]
        return self.success if len(self.path_collections) == len(in_path) else 404

    def requests(self) -> Iterator[dict[str, Any]]:
        """Yield requests made of the examples, as arguments of the client.

        Query parameters are the required ones, all, and the required ones plus each other one.
        """
        path = self.path
        for one in self.parameters:
            if one["in"] == "path":
                path = path.replace("{" + one["name"] + "}", str(one["example"]))
        for values in self._query_examples():
            for body in self._body_examples():
                yield {"path": path, "params": values, **body}

    def _query_examples(self) -> Iterator[dict[str, Any]]:
        parameters = [one for one in self.parameters if one["in"] == "query"]
        examples = {one["name"]: one["example"] for one in parameters}
        required = [one["name"] for one in parameters if one.get("required")]
        others = [name for name in examples if name not in required]
        for chosen in (required, [*required, *others], *([*required, one] for one in others)):
            yield {name: examples[name] for name in chosen}

    def _body_examples(self) -> Iterator[dict[str, Any]]:
        if not self.content:
            yield {}
        for media_type, media in self.content.items():
            example = media.get("example") or resolve(media["schema"])["example"]
            if media_type == "multipart/form-data":
                yield {"files": {key: (None, value) for key, value in example.items()}}
            else:
                yield {"json" if media_type == "application/json" else "data": example}

    def error_codes(self, code: str) -> set[str]:
        """Return the error codes that the schema of a response allows as `status`."""
        schema = resolve(self.responses[code]["content"]["application/json"]["schema"])
        (found,) = (
            set(part["properties"]["status"]["enum"])
            for part in map(resolve, schema["allOf"])
            if "status" in part.get("properties", {})
        )
        return found


ALL = {
    DOCUMENT["paths"][path][method]["operationId"]: Operation(path, method)
    for path in DOCUMENT["paths"]
    for method in METHODS
    if method in DOCUMENT["paths"][path]
}
