"""Routes of the page: the whole of it, its parts, buttons, journal and files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from ringme_mock.actions.request_context import context_of
from ringme_mock.control.control_context import Mock
from ringme_mock.errors import ApiError, invalid
from ringme_mock.http.event_stream import EventStream
from ringme_mock.http.sessions import DEFAULT, Session
from ringme_mock.http.urls import HOME_PATH, PAGE_PATH
from ringme_mock.ui import journal_view as journals
from ringme_mock.ui.assets import Assets
from ringme_mock.ui.page_request import PageConfig, PageRequest, read_form
from ringme_mock.ui.page_session import Message, PageSession
from ringme_mock.ui.rendering import HEADERS, Templates
from ringme_mock.ui.ui_actions import ACTIONS, EMPTY_THE_JOURNAL
from ringme_mock.ui.view import View
from ringme_mock.version import __version__
from ringme_spec.document import read_yaml

_HERE = Path(__file__).parent


class PageApp:
    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._assets = Assets()
        self._templates = Templates()
        self._kept: WeakKeyDictionary[Session, PageSession] = WeakKeyDictionary()
        self._config = PageConfig(
            read_yaml(_HERE / "view.yaml"), read_yaml(_HERE / "quick_faults.yaml")
        )
        self._view = View(mock, self._config)
        self._router = Router(
            [
                Route(HOME_PATH, self._home, methods=["GET"]),
                Route(f"{PAGE_PATH}/panels", self._panels, methods=["GET"]),
                Route(f"{PAGE_PATH}/journal", self._journal, methods=["GET"]),
                Route(f"{PAGE_PATH}/journal/rows", self._follow, methods=["GET"]),
                Route(f"{PAGE_PATH}/do/{{name}}", self._act, methods=["POST"]),
                Route(f"{PAGE_PATH}/session", self._open_session, methods=["POST"]),
                Route(f"{PAGE_PATH}/assets/{{path:path}}", self._asset, methods=["GET"]),
            ],
            redirect_slashes=False,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._router(scope, receive, send)
        except HTTPException as refused:
            headers = {**HEADERS, **(refused.headers or {})}
            response = Response(f"{refused.detail}\n", refused.status_code, headers, "text/plain")
            await response(scope, receive, send)

    async def _home(self, request: Request) -> Response:
        page = self._read(request, request.query_params)
        message = page.kept.message(page.text("message"))
        return self._templates.response("page", **await self._values(page, message))

    async def _panels(self, request: Request) -> Response:
        """Show the parts with the state again, after a search with its result."""
        page = self._read(request, request.query_params)
        values = await self._values(page, None)
        if page.text("searched"):
            values["message"] = Message(self._view.found(values["directory"]))
        return self._templates.response("parts", with_journal=False, **values)

    async def _journal(self, request: Request) -> Response:
        page = self._read(request, request.query_params)
        return self._templates.response("journal_list", **await self._values(page, None))

    async def _follow(self, request: Request) -> Response:
        page = self._read(request, request.query_params)
        session, redaction = page.session, self._mock.sessions.redaction
        wanted = journals.read_filter(page.given)
        known = request.headers.get("last-event-id") or page.text("after")
        after = int(known) if known.isascii() and known.isdecimal() else 0

        def render(number: int) -> str:
            rows = journals.last_rows(session.journal, redaction, wanted, page.base_url, number)
            return self._templates.text("rows", rows=rows)

        events = journals.follow_rows(
            session.journal,
            after,
            render,
            lambda: any(one is session for one in self._mock.sessions.all()),
        )
        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        if request.method == "HEAD":
            return Response(headers=headers, media_type="text/event-stream")
        return EventStream(session, events, headers)

    async def _act(self, request: Request) -> Response:
        name = request.path_params["name"]
        status = 200
        try:
            given = await read_form(context_of(request.scope))
            page = self._read(request, given)
            if name not in ACTIONS:
                raise ApiError(404, "There is no such button")
            message = Message(await ACTIONS[name](page))
        except ApiError as refused:
            page = self._read(request, {})
            message, status = Message(f"Not done. {refused.message}", bad=True), refused.status
        if page.is_partial:
            values = await self._values(page, message)
            with_journal = name in EMPTY_THE_JOURNAL
            return self._templates.response("parts", status, with_journal=with_journal, **values)
        if message.bad:
            return self._templates.response("page", status, **await self._values(page, message))
        query = urlencode({"message": page.kept.keep_message(message)})
        return RedirectResponse(f"{page.prefix}{HOME_PATH}?{query}", 303, dict(HEADERS))

    async def _open_session(self, request: Request) -> Response:
        """Redirect to the session of that name; a new one begins now."""
        try:
            name = (await read_form(context_of(request.scope))).get("name", "").strip()
            if not name:
                raise invalid("Give the session a name")
            session = self._mock.sessions.get(name)
        except ApiError as refused:
            message = Message(f"Not done. {refused.message}", bad=True)
            values = await self._values(self._read(request, {}), message)
            return self._templates.response("page", refused.status, **values)
        own = "" if session.name == DEFAULT else f"/s/{session.name}"
        prefix = f"{self._mock.sessions.settings.admission.public_path}{own}"
        return RedirectResponse(f"{prefix}{HOME_PATH}", 303, dict(HEADERS))

    async def _asset(self, request: Request) -> Response:
        found = self._assets.response(request.path_params["path"])
        return found or Response("There is no such file\n", 404, dict(HEADERS), "text/plain")

    def _read(self, request: Request, given: Mapping[str, str]) -> PageRequest:
        context = context_of(request.scope)
        session = context.session
        return PageRequest(
            config=self._config,
            session=session,
            kept=self._kept.setdefault(session, PageSession()),
            prefix=context.prefix,
            mock=self._mock,
            base_url=context.base_url,
            is_partial=request.headers.get("hx-request") == "true",
            given=given,
        )

    async def _values(self, page: PageRequest, message: Message | None) -> dict[str, Any]:
        own = page.prefix + PAGE_PATH
        return {
            **await self._view.values(page),
            "message": message,
            "version": __version__,
            "home": page.prefix + HOME_PATH,
            "own": own,
            "root": page.prefix,
            "public_path": self._mock.sessions.settings.admission.public_path,
            "asset": lambda name: f"{own}/assets/{self._assets.path(name)}",
        }
