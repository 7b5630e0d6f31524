"""Faults in what numbers and their users take part in, and in defaults of clients."""

from __future__ import annotations

from ringme_contract.proof.fault import Memory, after_success, before
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.mock import Mock


@before
async def orderer_rings(mock: Mock, request: Request) -> None:
    """Has the number that orders a call ring as well."""
    fields = request.fields()
    number = await mock.entry("extension", request.values["extension_id"])
    if number and isinstance(fields.get("src_num"), list):
        request.set_fields({**fields, "src_num": [*fields["src_num"], number["name"]]})


@after_success
async def group_of_number_shown(mock: Mock, _: Request, response: Response) -> None:
    """Shows a user of a number the group of the number as its own."""
    number = await mock.entry("extension", response.json["extension_id"])
    if number:
        group = {"extension_group_id": number["extension_group_id"]}
        response.set_json({**response.json, **group})


@before
async def found_by_former_group(mock: Mock, request: Request, memory: Memory) -> Response | None:
    """Finds the numbers of a deleted group by the filter for it."""
    if (request.action, request.collection) == ("delete", "extension_group"):
        key = int(request.key) if request.key.isdecimal() else 0
        memory[str(key)] = await mock.keys("extension", extension_group_id=key)
    if request.action != "list":
        return None
    former = memory.get(request.parameter("extension_group_id"), [])
    response = await mock.send(request.without(["extension_group_id"])) if former else None
    if response is not None and response.ok:
        response.set_json([one for one in response.json if one["id"] in former])
    return response


@before
async def default_of_client(mock: Mock, request: Request, key: str) -> None:
    """Takes what was not sent from the data of the client."""
    client = (await mock.parties(request)).get("client", {})
    fields = request.fields()
    if fields and key not in fields and client.get(key) is not None:
        request.set_fields({**fields, key: client[key]})


@after_success
async def miscounted_for_type(
    mock: Mock, request: Request, response: Response, key: str, user_type: str
) -> None:
    """Adds one to a number for users of a type."""
    user = await mock.user(request)
    if user and user["type"] == user_type:
        response.set_json({**response.json, key: response.json[key] + 1})


@before
async def restored(
    mock: Mock, request: Request, memory: Memory, unique: str, keys: list[str]
) -> Response | None:
    """Gives a new entry what a deleted one with the same unique value had."""
    if request.action == "delete":
        former = await mock.entry(request.collection, request.key)
        if former:
            memory[former[unique]] = {key: former[key] for key in keys}
        return None
    response = await mock.send(request)
    former = memory.get(response.json[unique]) if response.ok else None
    if former:
        made = response.json
        await mock.change(request.collection, made["id"], **former)
        response.set_json({**made, **{key: former[key] for key in keys if key in made}})
    return response


@after_success
def not_there_again(_: Mock, request: Request, response: Response, memory: Memory) -> None:
    """Hides the items of numbers that have come back into a group."""
    if request.action == "update":
        memory.setdefault(request.key, []).append(str(request.fields().get("extension_group_id")))
        return
    group = request.values["ext_group_id"]
    back = [key for key, groups in memory.items() if groups.count(group) > 1]
    response.set_json([one for one in response.json if str(one["extension_id"]) not in back])


@before
def ignored_beside(_: Mock, request: Request, name: str, beside: str, given: bool) -> None:
    """Ignores a query parameter if another one is given, or is not."""
    if (request.parameter(beside) is not None) is given:
        request.query = [pair for pair in request.query if pair[0] != name]


@before
async def phones_alone(mock: Mock, request: Request, key: str) -> Response | None:
    """Refuses a reference to a number of another type than phone."""
    number = await mock.entry("extension", str(request.fields().get(key)))
    return refusal(400, f"{key}: must be a phone") if number and number["type"] != "phone" else None
