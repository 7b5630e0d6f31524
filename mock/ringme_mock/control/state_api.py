"""State of a session: reset, snapshots, export and import."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from ringme_mock.actions.response import JSON
from ringme_mock.control.control_context import ControlContext
from ringme_mock.errors import invalid
from ringme_mock.store.archive import export_archive, export_json, import_archive
from ringme_mock.store.archive import import_entries as store_of
from ringme_mock.store.quotas import check_import, check_snapshot
from ringme_spec.errors import ConfigError


async def reset(context: ControlContext) -> Response:
    context.session.reset(context.body.get("keep", ()), context.body.get("snapshot"))
    return context.response()


async def list_snapshots(context: ControlContext) -> Response:
    return context.response(sorted(context.session.snapshots))


async def save_snapshot(context: ControlContext) -> Response:
    """Save entries and clock under a name. Raises the 400 if there are too many snapshots."""
    check_snapshot(context.session, context.path["name"])
    context.session.snapshots[context.path["name"]] = context.state.snapshot()
    return context.response()


async def delete_snapshot(context: ControlContext) -> Response:
    context.session.find_snapshot(context.path["name"])
    del context.session.snapshots[context.path["name"]]
    return context.response()


async def load_snapshot(context: ControlContext) -> Response:
    """Restore entries and clock; tokens stay."""
    context.state.load(context.session.find_snapshot(context.path["name"]), keep=("tokens",))
    return context.response()


async def export(context: ControlContext) -> Response:
    """Send all entries as JSON, or as a zip archive of fixture files."""
    contract, store = context.mock.contract, context.state.store.copy()
    headers = {"Cache-Control": "no-store"}
    if context.query["format"] == "json":
        content = await asyncio.to_thread(export_json, contract, store)
        return Response(content, 200, headers, JSON)
    content = await asyncio.to_thread(export_archive, contract, store)
    headers["Content-Disposition"] = f'attachment; filename="fixtures-{context.session.name}.zip"'
    return Response(content, 200, headers, "application/zip")


async def import_entries(context: ControlContext) -> Response:
    """Replace all entries. Raises the 400 that names file, entry and field."""
    contract = context.mock.contract
    async with context.session.lock.held():
        current = context.state.store.copy()
        try:
            if context.content:
                store = await asyncio.to_thread(import_archive, contract, context.content)
            else:
                files = current.files
                store = await asyncio.to_thread(store_of, contract, context.body, files, current)
        except ConfigError as error:
            raise invalid(str(error)) from None
        check_import(context.session, store)
        context.state.replace(store)
    return context.response()
