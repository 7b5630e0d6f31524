"""Targets that would make a careless client delete their data, or leave its own behind."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.site import Site

Alteration = Callable[[Site], None]
# A path to an existing number, instead of an id.
ELSEWHERE = "../extension/30"


def after_creation(change: Callable[[Response], None]) -> Alteration:
    """Changes the response to each successful creation."""

    def alter(site: Site) -> None:
        def hook(request: Request, response: Response) -> None:
            if request.action == "create" and response.ok:
                change(response)

        site.after(hook)

    return alter


def with_id(key: object) -> Alteration:
    return after_creation(lambda response: response.set_json({**response.json, "id": key}))


def with_status(status: int, body: bytes | None = None) -> Alteration:
    def change(response: Response) -> None:
        response.status = status
        response.body = response.body if body is None else body

    return after_creation(change)


def another_id_on_create(site: Site, whole: bool = False) -> None:
    """The response to a POST has the id of an existing entry, or the whole entry."""

    async def hook(request: Request, response: Response) -> None:
        if request.action == "create" and response.ok:
            first = (await site.mock.entries(request.collection))[0]
            shown = {name: first[name] for name in response.json if name in first}
            response.set_json(shown if whole else {**response.json, "id": first["id"]})

    site.after(hook)


def another_entry_on_create(site: Site) -> None:
    """The response to a POST is an existing entry."""
    another_id_on_create(site, whole=True)


def create_twice(site: Site) -> None:
    """A POST creates two entries, if their names need not be unique."""

    async def hook(request: Request) -> None:
        if request.action == "create":
            await site.mock.send(request)

    site.before(hook)


def delete_without_effect(site: Site) -> None:
    """DELETE of an entry responds with 204 and does nothing."""

    async def hook(request: Request) -> Response | None:
        return Response(204) if request.action == "delete" and request.token else None

    site.before(hook)


def delete_with_error(site: Site) -> None:
    """DELETE of an entry responds with 500."""

    async def hook(request: Request) -> Response | None:
        return Response(500) if request.action == "delete" and request.token else None

    site.before(hook)


def another_entry_on_read(site: Site) -> None:
    """GET of an entry shows the first one of its collection."""

    async def hook(request: Request, response: Response) -> None:
        if request.action == "read" and response.ok:
            first = (await site.mock.entries(request.collection))[0]
            response.set_json({name: first.get(name) for name in response.json})

    site.after(hook)


def lists_without_new_entries(site: Site) -> None:
    """Lists leave out entries of a run."""
    site.after(lambda request, response: _keep(request, response, lambda text: "contract-" in text))


def lists_without_old_entries(site: Site) -> None:
    """Lists show only entries of a run."""
    site.after(
        lambda request, response: _keep(request, response, lambda text: "contract-" not in text)
    )


def _keep(request: Request, response: Response, hides: Callable[[str], bool]) -> None:
    if request.action == "list" and response.ok and isinstance(response.json, list):
        response.set_json([one for one in response.json if not hides(str(one))])


def another_id_on_update(site: Site) -> None:
    async def hook(request: Request, response: Response) -> None:
        if request.action == "update" and response.ok:
            key = response.json["id"]
            await site.mock.change(request.collection, key, id=key + 1_000_000)

    site.after(hook)


def no_access_checks(site: Site) -> None:
    """Each request is handled as one of the client's admin."""

    async def hook(request: Request) -> None:
        if request.operation is not None and request.action != "token":
            request.set_header("authorization", f"Bearer {await site.mock.token('client-admin')}")

    site.before(hook)


def update_changes_all_entries(site: Site) -> None:
    """PUT of an entry changes all of its collection."""

    async def hook(request: Request, response: Response) -> None:
        if request.action == "update" and response.ok:
            names = {"label", "extra_params", "comment"} & request.fields().keys()
            for one in await site.mock.entries(request.collection):
                values = {name: request.fields()[name] for name in names}
                await site.mock.change(request.collection, one["id"], **values)

    site.after(hook)


def update_clears_missing_text(site: Site) -> None:
    """PUT clears the text of an entry if it is not sent."""

    async def hook(request: Request, response: Response) -> None:
        if request.action == "update" and response.ok:
            names = {"label", "extra_params", "comment"} & response.json.keys()
            reset = dict.fromkeys(names - request.fields().keys())
            response.set_json({**response.json, **reset})
            await site.mock.change(request.collection, response.json["id"], **reset)

    site.after(hook)


def group_delete_deletes_numbers(site: Site) -> None:
    """DELETE of a group deletes its numbers."""

    async def hook(request: Request) -> None:
        if request.action == "delete" and request.collection == "extension_group":
            group = request.values.get("ext_group_id")
            numbers = await site.mock.entries("extension")
            members = [one for one in numbers if str(one["extension_group_id"]) == group]
            await site.mock.remove("extension", members)

    site.before(hook)


class DroppedResponses:
    """Breaks off the response to each POST that creates an entry."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def broken(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 201:
                headers = [(b"content-type", b"application/json"), (b"content-length", b"9999")]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, broken)


def dropped_response(_site: Site) -> None:
    """Closes the connection before the response to a POST is complete: see `DroppedResponses`."""
