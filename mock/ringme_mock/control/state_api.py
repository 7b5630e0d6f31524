"""Entries of a session as a whole: begun anew, kept, exported, imported."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from ringme_mock.actions.response import JSON
from ringme_mock.control.control_call import ControlCall
from ringme_mock.control.control_response import answer
from ringme_mock.errors import invalid
from ringme_mock.store.archive import export_archive, export_json, import_archive
from ringme_mock.store.archive import import_entries as store_of
from ringme_mock.store.quotas import check_import, check_snapshot
from ringme_spec.errors import ConfigError


async def reset(call: ControlCall) -> Response:
    """Back to the fixtures, or to a snapshot."""
    call.session.reset(call.body.get("keep", ()), call.body.get("snapshot"))
    return answer(call)


async def list_snapshots(call: ControlCall) -> Response:
    """The names of the snapshots."""
    return answer(call, sorted(call.session.snapshots))


async def save_snapshot(call: ControlCall) -> Response:
    """Keeps entries and clock under a name. Raises the 400 where there are too many."""
    check_snapshot(call.session, call.path["name"])
    call.session.snapshots[call.path["name"]] = call.state.snapshot()
    return answer(call)


async def delete_snapshot(call: ControlCall) -> Response:
    """Forgets a snapshot."""
    call.session.find_snapshot(call.path["name"])
    del call.session.snapshots[call.path["name"]]
    return answer(call)


async def load_snapshot(call: ControlCall) -> Response:
    """Puts entries and clock back; tokens stay."""
    call.state.load(call.session.find_snapshot(call.path["name"]), keep=("tokens",))
    return answer(call)


async def export(call: ControlCall) -> Response:
    """All entries, in JSON or as an archive of fixture files."""
    # A copy, which stays as it is now.
    contract, store = call.mock.contract, call.state.store.copy()
    headers = {"Cache-Control": "no-store"}
    if call.query["format"] == "json":
        content = await asyncio.to_thread(export_json, contract, store)
        return Response(content, 200, headers, JSON)
    content = await asyncio.to_thread(export_archive, contract, store)
    headers["Content-Disposition"] = f'attachment; filename="fixtures-{call.session.name}.zip"'
    return Response(content, 200, headers, "application/zip")


async def import_entries(call: ControlCall) -> Response:
    """Takes other entries. Raises the 400 that names file, entry and field."""
    contract = call.mock.contract
    async with call.session.lock.held():
        current = call.state.store.copy()
        try:
            # Beside the loop: what takes long must not keep the others waiting.
            if call.content:
                store = await asyncio.to_thread(import_archive, contract, call.content)
            else:
                files = current.files
                store = await asyncio.to_thread(store_of, contract, call.body, files, current)
        except ConfigError as error:
            raise invalid(str(error)) from None
        check_import(call.session, store)
        call.state.replace(store)
    return answer(call)
