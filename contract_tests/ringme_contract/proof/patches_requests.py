"""Faults in how requests are read: paths, queries, bodies, methods."""

from __future__ import annotations

import re
from typing import Any

from ringme_contract.proof.interception import Answered, Asked
from ringme_contract.proof.site import Site, patch
from ringme_mock.actions import path_resolution as way
from ringme_mock.actions.context import Call
from ringme_mock.http import operation, parameters
from ringme_mock.http.context import Exchange
from ringme_mock.store.tokens import Grant
from ringme_spec.operations import Parameter


def refusal(status: int, message: str = "Refused") -> Answered:
    """An error of the API, made here."""
    limits = {"limit": "1000000", "remaining": "999999", "reset": "3600"}
    answered = Answered(status, {f"x-ratelimit-{name}": value for name, value in limits.items()})
    answered.set_json({"message": message})
    return answered


@patch
def redirect_to_slash(site: Site) -> None:
    """A collection without its slash is a redirect."""

    def before(asked: Asked) -> Answered | None:
        known = asked.operation
        if known and known.path.endswith("/") and not asked.path.endswith("/"):
            return Answered(308, {"location": asked.path + "/"})
        return None

    site.before(before)


@patch
def slash_needed(site: Site, methods: list[str]) -> None:
    """A collection without its slash is not there."""

    def before(asked: Asked) -> None:
        known = asked.operation
        if (
            known
            and known.path.endswith("/")
            and not asked.path.endswith("/")
            and asked.method in methods
        ):
            asked.path = "/not/there"

    site.before(before)


@patch
def doubled_slashes_count(site: Site) -> None:
    """A path with doubled slashes is not there."""

    def before(asked: Asked) -> None:
        if "//" in asked.path:
            asked.path = "/not/there"

    site.before(before)


@patch
def escaped_me_unknown(site: Site) -> None:
    """`%40me` is not understood."""

    def before(asked: Asked) -> None:
        if "%40me" in asked.raw_path:
            asked.path = asked.path.replace("@me", "%40me")

    site.before(before)


@patch
def me_is(site: Site, client: int) -> None:
    """`@me` is one client, whoever asks."""
    site.replace(way, "_own_key", lambda _: lambda _step, _caller: client)


@patch
def empty_values_count(site: Site) -> None:
    """An empty query value is a value."""

    def make(original: Any) -> Any:
        def split(query: bytes) -> dict[str, list[str]]:
            found: dict[str, list[str]] = original(query)
            for key in re.findall(r"(?:^|&)(\w+)=(?=&|$)", query.decode("latin-1")):
                found.setdefault(key, [""])
            return found

        return split

    site.replace(parameters, "_split", make)


@patch
def zero_counts(site: Site) -> None:
    """per_page=0 is a page of nothing."""
    site.replace(parameters, "_ZERO_IS_NOTHING", lambda _: ())


@patch
def unknown_keys_refused(site: Site) -> None:
    """A query key that the operation does not know is a 400."""

    def before(asked: Asked) -> Answered | None:
        if asked.operation is None or asked.action == "token":
            return None
        known = {one.name for one in asked.operation.query_parameters}
        strange = [key for key, _ in asked.query if key.partition("[")[0] not in known]
        return refusal(400, f"{strange[0]}: is not known") if strange else None

    site.before(before)


@patch
def list_keys(site: Site, pattern: str) -> None:
    """Lists of values come in other forms than the documented ones."""
    site.replace(parameters, "_LIST_KEY", lambda _: re.compile(pattern))


@patch
def last_value_counts(site: Site) -> None:
    """Of several values of a filter only the last one counts."""

    def make(original: Any) -> Any:
        def read(parameter: Parameter, texts: list[str]) -> Any:
            return original(parameter, texts[-1:])

        return read

    site.replace(parameters, "_read", make)


@patch
def first_value_counts(site: Site) -> None:
    """Of a single value that is given twice the first one counts."""

    def make(original: Any) -> Any:
        def read(parameter: Parameter, texts: list[str]) -> Any:
            return original(parameter, texts if parameter.kind == "array" else texts[:1])

        return read

    site.replace(parameters, "_read", make)


@patch
def broken_on_address(site: Site, pattern: str) -> None:
    """A path or query with such text breaks the server."""

    def before(asked: Asked) -> Answered | None:
        texts = [asked.path, *(part for pair in asked.query for part in pair)]
        return broken(asked, any(re.search(pattern, text) for text in texts))

    site.before(before)


@patch
def overridden_method(site: Site) -> None:
    """X-HTTP-Method-Override turns a request into another one."""

    def before(asked: Asked) -> None:
        asked.method = asked.header("x-http-method-override").upper() or asked.method

    site.before(before)


@patch
def unpadded_dates_refused(site: Site) -> None:
    """Parts of a date-time need their leading zeros."""

    def before(asked: Asked) -> Answered | None:
        for key, value in asked.query:
            if (
                key.endswith("_datetime")
                and value
                and not re.fullmatch(r"[\d-]{10} [\d:]{8}", value)
            ):
                return refusal(400, f"{key}: must be YYYY-MM-DD HH:MM:SS")
        return None

    site.before(before)


@patch
def dates_roll_over(site: Site) -> None:
    """30 February is 1 or 2 March."""
    _read_dates_as(site, r"(\d{4})-0?2-(?:30|31) ", r"\1-3-1 ")


@patch
def other_date_format(site: Site) -> None:
    """A date-time may have a T in it, and a Z behind it."""
    _read_dates_as(site, r"^(\d{4}-\d\d?-\d\d?)T([\d:]+)Z?$", r"\1 \2")


def _read_dates_as(site: Site, pattern: str, replacement: str) -> None:
    """What is found in the values of a query counts as if it were something else."""

    def before(asked: Asked) -> None:
        asked.query = [(key, re.sub(pattern, replacement, value)) for key, value in asked.query]
        asked.tampered = any(key.endswith("_datetime") for key, _ in asked.query)

    site.before(before)


@patch
def path_before_body(site: Site) -> None:
    """What a path names is looked for before parameters and body are checked."""

    def make(original: Any) -> Any:
        def init(self: operation.RunningOperation, *arguments: Any) -> None:
            original(self, *arguments)
            read = self._body
            if read is None:
                return

            async def follow_and_read(exchange: Exchange) -> Any:
                call = Call(
                    operation=self.operation,
                    state=exchange.session.state,
                    exchange=exchange,
                    caller=exchange.caller,
                    path=self._path.read(exchange.path_values),
                    query=parameters.Given({}),
                    body={},
                    view=self._view,
                    defaults=self._defaults,
                )
                self._way.follow(call)
                return await read(exchange)

            self._body = follow_and_read

        return init

    site.replace(operation.RunningOperation, "__init__", make)


@patch
def token_before_route(site: Site) -> None:
    """Who has no token learns nothing about paths."""

    def before(asked: Asked) -> Answered | None:
        inside = asked.path.startswith("/api/ver1.0/") and asked.operation is None
        return refusal(401, "Unauthorized") if inside and asked.login is None else None

    site.before(before)


@patch
def open_to_all(site: Site, operation: str, user: int) -> None:
    """One operation needs no token."""

    def before(asked: Asked) -> None:
        if asked.name == operation and asked.login is None:
            application = "c1200000000000000000000000000001"
            grant = Grant(user, application)
            asked.set_header("authorization", f"Bearer {site.state.tokens.issue(grant, 30, 60)}")

    site.before(before)


def broken(asked: Asked, condition: bool) -> Answered | None:
    """A failure of the server, made here, on a condition."""
    return (
        Answered(500, {"content-type": "text/plain"}, b"Internal Server Error")
        if condition
        else None
    )
