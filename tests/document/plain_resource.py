"""Adds a plain resource to a document: paths, schemas and a collection, and nothing else."""

from __future__ import annotations

from typing import Any

from support.server import API


def text_of(maximum: int) -> dict[str, Any]:
    return {"description": "Its text. [C]", "type": "string", "maxLength": maximum}


def add_resource(document: dict[str, Any], owner: str, path: str, parameter: str) -> None:
    """Adds a plain resource of `owner`, by document alone: paths, schemas and a collection."""
    name = path.strip("/").rpartition("/")[2]
    schemas = document["components"]["schemas"]
    title = name.capitalize()
    schemas[title] = {
        "description": "One of them. [C]",
        "type": "object",
        "required": ["id", "text", parameter],
        "properties": {
            "id": {"$ref": "#/components/schemas/Id"},
            "text": text_of(20),
            parameter: {"$ref": "#/components/schemas/Id"},
        },
    }
    for kind, required in (("Create", {"required": ["text"]}), ("Update", {})):
        schemas[title + kind] = {"type": "object", "properties": {"text": text_of(20)}, **required}
    document["paths"][f"{API}{path}"] = {
        "get": operation(name, owner, "list", f"list{title}s"),
        "post": operation(name, owner, "create", f"create{title}"),
    }
    document["paths"][f"{API}{path}{{{name}_id}}"] = {
        "get": operation(name, owner, "read", f"get{title}"),
        "put": operation(name, owner, "update", f"update{title}"),
        "delete": operation(name, owner, "delete", f"delete{title}"),
    }
    document["x-collections"][name] = {
        "key": "id",
        "identifiers": "sequence",
        "missing": f"{name}_not_found",
        "stored": {"$ref": f"#/components/schemas/{title}"},
        "within": {owner: parameter},
        "order": ["id"],
    }


def operation(name: str, owner: str, action: str, operation_id: str) -> dict[str, Any]:
    """One plain operation on a new resource, with everything that its answers may be."""
    title = name.capitalize()
    owners = {"client": "ClientId", "extension_group": "GroupId"}
    parameters: list[dict[str, Any]] = [{"$ref": f"#/components/parameters/{owners[owner]}"}]
    one: dict[str, Any] = {"$ref": f"#/components/schemas/{title}"}
    changes = action not in ("list", "read")
    if action == "list":
        parameters += [{"$ref": f"#/components/parameters/{page}"} for page in ("Page", "PerPage")]
        one = {"type": "array", "items": one}
    elif action != "create":
        number = {"$ref": "#/components/schemas/Id"}
        key = {"name": f"{name}_id", "in": "path", "required": True, "schema": number}
        parameters.append({**key, "x-collection": name})
    answer = {"description": "Done.", "content": {"application/json": {"schema": one}}}
    error = {"$ref": "#/components/schemas/ApiError"}
    not_found = {"description": "Gone.", "content": {"application/json": {"schema": error}}}
    shared = {"400": "BadRequest", "401": "Unauthorized", "415": "UnsupportedMediaType"}
    shared["403"] = "ForbiddenChange" if changes else "ForbiddenRead"
    responses: dict[str, Any] = {
        code: {"$ref": f"#/components/responses/{response}"} for code, response in shared.items()
    }
    responses["404"] = not_found
    responses[{"create": "201", "delete": "204"}.get(action, "200")] = (
        answer if action != "delete" else {"$ref": "#/components/responses/NoContent"}
    )
    found: dict[str, Any] = {
        "operationId": operation_id,
        "x-resource": {"collection": name, "action": action},
        "parameters": parameters,
        "responses": responses,
    }
    if changes:
        found["security"] = [{"oauth2": ["all"]}]
    if action in ("create", "update"):
        schema = {"$ref": f"#/components/schemas/{title}{action.capitalize()}"}
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return found
