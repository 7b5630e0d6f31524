"""The document: complete, valid, described, and with examples that work unchanged.

`make lint-openapi` checks that the examples conform to their schemas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from document.resolved_operations import ALL, DOCUMENT, METHODS
from support.server import API, RunningMock

TAGS = {
    "Authorization", "User", "Client", "Internal numbers group", "Internal number",
    "External number", "Calls", "Call history", "Events",
}  # fmt: skip

C, G, E = "/client/{client_id}", "/extension_group/{ext_group_id}", "/extension/{extension_id}"
OPERATIONS = {
    "/user/": "GET",
    f"{C}/extension_group/": "GET POST",
    f"{C}/extension_group/{{ext_group_id}}": "GET PUT DELETE",
    f"{C}/extension/": "GET POST",
    f"{C}/extension/{{extension_id}}": "GET PUT DELETE",
    "/client/client_info/{client_id}/": "GET PUT",
    f"{C}/client/": "GET",
    f"{C}/did/": "GET",
    f"{C}/did/{{did_id}}": "GET PUT",
    f"{C}/user/extension_group/": "GET POST",
    f"{C}/user/extension_group/{{user_id}}": "GET PUT DELETE",
    f"{G}/extension/": "GET",
    f"{G}/extension/{{extension_id}}": "GET",
    f"{E}/ani/": "GET PUT",
    f"{C}/call_history/": "GET",
    f"{C}/call_history/{{call_uuid}}": "GET",
    f"{C}/calls/": "GET",
    f"{C}/calls/stats/": "GET",
    f"{C}/cdr/": "GET",
    f"{E}/cdr/": "GET",
    f"{E}/cdr/stats/": "GET",
    f"{C}/current_calls/": "GET",
    f"{E}/current_calls/": "GET",
    f"{E}/current_calls/{{call_api_id}}": "GET PUT DELETE",
    f"{E}/callback/": "POST",
    f"{E}/event/": "GET POST DELETE",
    f"{E}/event/{{event_id}}": "GET PUT DELETE",
    f"{C}/phone_events/": "GET POST",
    f"{C}/phone_events/{{event_id}}": "GET PUT DELETE",
}
# Paths that clients, groups and numbers have in common.
RECORDED = {
    "/record/": "GET DELETE",
    "/record/stats/": "GET",
    "/record/{record_uuid}": "GET DELETE",
    "/record/{record_uuid}/storage_url/": "GET",
    "/voicemail/": "GET DELETE",
    "/voicemail/{record_uuid}": "GET DELETE",
    "/fax/": "GET",
    "/fax/{uuid}": "GET DELETE",
    "/reg_status_log/": "GET",
}
OPERATIONS |= {
    f"{owner}{path}": methods for owner in (C, G, E) for path, methods in RECORDED.items()
}
OPERATIONS[f"{C}/record/{{record_uuid}}/download/"] = "GET"
# Responses of open operations besides success, 400, and errors of the body.
OPEN = {
    "createToken": "401 403",
    "revokeToken": "401",
    "requestAuthorization": "302",
    "requestAuthorizationByForm": "302 403",
    "showLoginPage": "",
    "logIn": "302 403",
}

every_operation = pytest.mark.parametrize("name", ALL)
secured_operations = pytest.mark.parametrize("name", [name for name in ALL if ALL[name].secured])


def test_document_is_valid_openapi_3_0() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.0.")


def test_document_has_exactly_the_operations_of_the_contract() -> None:
    expected = {API + path: set(methods.split()) for path, methods in OPERATIONS.items()}
    expected |= {f"/oauth/{name}": {"POST"} for name in ("token", "revoke")}
    expected |= {f"/oauth/{name}": {"GET", "POST"} for name in ("authorize", "login")}
    found = {
        path: {method.upper() for method in METHODS if method in item}
        for path, item in DOCUMENT["paths"].items()
    }
    assert found == expected
    assert len(ALL) == sum(len(methods) for methods in expected.values())


def test_parameters_are_defined_in_operations_only() -> None:
    # Connexion applies parameters of a path twice.
    assert [path for path, item in DOCUMENT["paths"].items() if "parameters" in item] == []


@every_operation
def test_operation_has_tag_description_grade_and_collection(name: str) -> None:
    node = ALL[name].node
    assert len(node["tags"]) == 1
    assert set(node["tags"]) <= TAGS == {tag["name"] for tag in DOCUMENT["tags"]}
    assert node["summary"].strip()
    assert re.search(r"\[(?=[^\]]*\b[DOC]\b)[^\]]+\]", node["description"])
    assert node["x-resource"]["collection"] in DOCUMENT["x-collections"]
    assert node["x-resource"]["action"]


def described(node: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all properties below a node of the document, by place."""
    if isinstance(node, list):
        for number, part in enumerate(node):
            yield from described(part, f"{where}.{number}")
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                yield from ((f"{where}.{name}", one) for name, one in value.items())
            yield from described(value, f"{where}.{key}")


def test_every_component_and_property_has_a_description() -> None:
    components = DOCUMENT["components"]
    inline = [one for item in ALL.values() for one in item.node.get("parameters", [])]
    nodes = [
        *((f"parameter {name}", one) for name, one in components["parameters"].items()),
        *((f"schema {name}", one) for name, one in components["schemas"].items()),
        *((f"header {name}", one) for name, one in components["headers"].items()),
        *((f"response {name}", one) for name, one in components["responses"].items()),
        *((str(one), one) for one in inline),
        *described(components, "components"),
        *described(DOCUMENT["paths"], "paths"),
    ]
    assert len(nodes) > 200
    silent = [where for where, node in nodes if not node.keys() & {"$ref", "description"}]
    assert silent == []
    assert [where for where, node in nodes if not node.get("description", "text").strip()] == []


@every_operation
def test_documented_statuses_are_those_that_can_occur(name: str) -> None:
    operation = ALL[name]
    expected = {str(operation.success)}
    if operation.secured:
        expected |= {"401", "403", "429"}
        expected |= {"400"} if operation.parameters or operation.content else set()
        expected |= {"404"} if operation.path_collections else set()
        expected |= {"413", "415"} if operation.body_schema else set()
    else:
        expected |= {"400"} | ({"413", "415"} if operation.content else set())
        expected |= set(OPEN[name].split())
    assert set(operation.responses) == expected


@secured_operations
def test_success_status_matches_the_method(name: str) -> None:
    statuses = {"GET": 200, "POST": 201, "PUT": 200, "DELETE": 204}
    assert ALL[name].success == statuses[ALL[name].method]


@secured_operations
def test_error_codes_of_a_403_are_those_that_can_occur(name: str) -> None:
    operation = ALL[name]
    expected = {"user_blocked"}
    expected |= {"access_denied"} if operation.path_collections else set()
    expected |= {"user_access_type_deny"} if operation.method != "GET" else set()
    expected |= {"app_access_type_deny"} if operation.changes_configuration else set()
    assert operation.error_codes("403") == expected


@pytest.mark.parametrize("name", [name for name in ALL if ALL[name].path_collections])
def test_error_codes_of_a_404_are_those_that_can_occur(name: str) -> None:
    operation = ALL[name]
    rules = DOCUMENT["x-collections"]
    rule = rules[operation.node["x-resource"]["collection"]]
    sent = operation.body_schema.get("properties", {})
    referred = [
        one["collection"] for name, one in rule.get("references", {}).items() if name in sent
    ]
    sought = [*operation.path_collections, *referred]
    sought += ["current_call"] * (operation.example_status == 404)
    assert operation.error_codes("404") == {rules[collection]["missing"] for collection in sought}


@secured_operations
def test_only_configuration_changes_need_the_higher_application_access(name: str) -> None:
    operation = ALL[name]
    collection = operation.node["x-resource"]["collection"]
    configures = operation.method != "GET" and collection in (
        "client",
        "did",
        "extension_group",
        "extension",
        "user",
        "event",
        "phone_event",
    )
    assert operation.changes_configuration is configures
    rule = next(one for one in DOCUMENT["x-rules"] if one["id"] == "error-app-access")
    assert (name in rule["operations"]) is configures


def test_rules_have_unique_id_grade_level_and_operations() -> None:
    rules = DOCUMENT["x-rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["text"].strip(), rule
        assert rule["grade"] in ("D", "O", "C"), rule
        assert rule["level"] in ("MUST", "SHOULD"), rule
        assert rule["operations"], rule
        assert rule["operations"] == ["*"] or set(rule["operations"]) <= set(ALL), rule


def test_capabilities_name_operations_collections_and_actions_of_the_document() -> None:
    actions = {one.node["x-resource"]["action"] for one in ALL.values()}
    known = {
        "operations": set(ALL),
        "collections": set(DOCUMENT["x-collections"]),
        "actions": actions,
    }
    for capability, node in DOCUMENT["x-capabilities"].items():
        for kind, names in known.items():
            assert set(node.get(kind, ())) <= names, capability


CREATES = [name for name in ALL if ALL[name].node["x-resource"]["action"] == "create"]


@pytest.mark.parametrize("name", CREATES)
def test_create_operation_links_to_operations_on_the_new_entry(name: str) -> None:
    links = ALL[name].responses["201"]["links"].values()
    actions = set()
    for link in links:
        target = ALL[link["operationId"]]
        known = {parameter["name"]: parameter for parameter in target.parameters}
        required = {one for one in known if known[one].get("required")}
        # Parameters without a link value have the same value as in the path of the create.
        assert required <= {*link["parameters"], *re.findall(r"{(\w+)}", ALL[name].path)}
        assert set(link["parameters"]) <= set(known)
        actions.add(target.node["x-resource"]["action"])
    assert {"read", "update", "delete"} <= actions


@every_operation
def test_request_examples_succeed_unchanged(name: str, mock: RunningMock) -> None:
    operation = ALL[name]
    for request in operation.requests():
        mock.reset()
        client = mock.as_user("client-admin") if operation.secured else mock.anonymous()
        response = client.request(operation.method, **request)
        assert response.status_code == operation.example_status, (request, response.text)
