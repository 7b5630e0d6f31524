"""Deliveries of events: the latest ones with the responses of their targets, and settings."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext


async def list_deliveries(context: ControlContext) -> Response:
    redaction = context.mock.sessions.redaction
    return context.response([one.as_json(redaction) for one in context.session.deliveries])


async def clear(context: ControlContext) -> Response:
    context.session.deliveries.clear()
    return context.response()


async def change_settings(context: ControlContext) -> Response:
    deliveries = context.session.deliveries
    deliveries.settings = replace(deliveries.settings, **context.body)
    found = deliveries.settings
    return context.response({"retries": found.retries, "pause": found.pause, "lost": found.lost})
