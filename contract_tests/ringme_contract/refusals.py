"""What a tool that generates requests from schemas must be told, or it sees faults where none are.

Some rules of the document no schema can say: they compare two parameters, or need to know what is
stored. And some requests that are to break a schema do not, once they are written as a URL.
"""

from __future__ import annotations

import calendar
import itertools
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
from hypothesis import strategies as st

from ringme_contract.client import Client
from ringme_contract.document import resolve

_END_OF_TIME = datetime(2999, 12, 31, 23, 59, 59)


class Refusals:
    """Requests of valid parts that a rule refuses with a 400, for the user of one client."""

    def __init__(self, document: dict[str, Any], client: Client) -> None:
        self._client = client
        self._group: Any = document["components"]["parameters"]["GroupId"]["example"]
        self._ranges = {
            node["operationId"]: document["x-collections"][node["x-resource"]["collection"]][
                "range"
            ]
            for item in document["paths"].values()
            for node in item.values()
            if "range" in document["x-collections"][node["x-resource"]["collection"]]
        }
        # How the numbers of this client look: prefix, asterisk, as many digits as all have.
        names = [one["name"] for one in client.read("/client/@me/extension/")]
        prefix, _, number = names[0].partition("*") if names else ("", "", "")
        self._prefix = prefix
        self._digits = len(number)

    def rule(self, operation_id: str, query: dict[str, Any], body: Any) -> str | None:
        """The id of the rule that refuses a request of valid parts; None if none does."""
        moments = _moments(query)
        if operation_id in self._ranges and moments:
            if moments[0] > moments[1]:
                return "media-range"
            if moments[1] > _latest_end(self._ranges[operation_id], moments[0]):
                return "media-interval"
        if operation_id == "createExtension" and self._refuses_number(body["name"]):
            return "extension-create"
        if operation_id in ("createGroupUser", "updateGroupUser") and "login" in body:
            return "group-user-create" if body["login"] in self._logins() else None
        return None

    def keep(self, draw: st.DrawFn, operation_id: str, query: dict[str, Any], body: Any) -> None:
        """Changes a generated request in place so that the rules have nothing against it."""
        moments = _moments(query)
        if operation_id in self._ranges and moments:
            latest = _latest_end(self._ranges[operation_id], moments[0])
            seconds = int((latest - moments[0]).total_seconds())
            end = moments[0] + timedelta(seconds=draw(st.integers(0, seconds)))
            query["end_datetime"] = end.strftime("%Y-%m-%d %H:%M:%S")
        self.renew(operation_id, body)

    def renew(self, operation_id: str, body: Any) -> None:
        """Changes a body in place: a number and a login that are free, a group that is there."""
        if (
            operation_id == "createExtension"
            and self._digits
            and self._refuses_number(body["name"])
        ):
            numbers = (f"{one:0{self._digits}}" for one in range(10**self._digits - 1, -1, -1))
            taken = self._names()
            body["name"] = next(one for one in numbers if f"{self._prefix}*{one}" not in taken)
        if operation_id == "createGroupUser" and body["login"] in self._logins():
            logins = (f"user-{one}" for one in itertools.count())
            body["login"] = next(one for one in logins if one not in self._logins())
        if isinstance(body, dict) and body.get("extension_group_id") is not None:
            body["extension_group_id"] = self._present_group()

    def _present_group(self) -> Any:
        if self._client.get(f"/client/@me/extension_group/{self._group}").status_code != 200:
            answer = self._client.post("/client/@me/extension_group/", {"name": "Group"})
            self._group = answer.json()["id"]
        return self._group

    def _refuses_number(self, name: str) -> bool:
        prefix, _, number = name.rpartition("*")
        if prefix not in ("", self._prefix) or len(number) != self._digits:
            return True
        return f"{self._prefix}*{number}" in self._names()

    def _names(self) -> set[str]:
        return {one["name"] for one in self._client.read("/client/@me/extension/")}

    def _logins(self) -> list[str]:
        users = self._client.read("/client/@me/user/extension_group/")
        return [self._client.read("/user/")["login"], *(user["login"] for user in users)]


class Queries:
    """What the document says of queries, for URLs as they are sent."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def allow(self, node: dict[str, Any], url: str) -> bool:
        """Whether the query of a URL is one that an operation, a part of the document, takes.

        By rule empty-query, empty values do not count. Text that stands for a number is one.
        """
        given: dict[str, list[str]] = {}
        for key, value in parse_qsl(urlsplit(url).query):
            given.setdefault(re.sub(r"\[[0-9]*\]$", "", key), []).append(value)
        for one in node.get("parameters", []):
            parameter = resolve(self._document, one)
            if parameter["in"] == "query" and not self._allows(parameter, given):
                return False
        return True

    def _allows(self, parameter: dict[str, Any], given: dict[str, list[str]]) -> bool:
        texts = given.get(parameter["name"])
        if texts is None:
            return not parameter.get("required")
        schema = resolve(self._document, parameter["schema"])
        item = resolve(self._document, schema.get("items", schema))
        values = [_value(item, text) for text in texts]
        validator = jsonschema_rs.Draft4Validator(
            {"allOf": [schema], "components": self._document["components"]}
        )
        return validator.is_valid(values if "items" in schema else values[-1])


def _value(schema: dict[str, Any], text: str) -> object:
    number = schema.get("type") == "integer" and re.fullmatch("-?[0-9]{1,1000}", text)
    return int(text) if number else text


def _moments(query: dict[str, Any]) -> tuple[datetime, datetime] | None:
    """Start and end of the range of a query that has both."""
    start, end = query.get("start_datetime"), query.get("end_datetime")
    if not start or not end:
        return None
    return _moment(start), _moment(end)


def _moment(text: str) -> datetime:
    year, month, day, hour, minute, second = map(int, re.split("[- :]", text))
    return datetime(year, month, day, hour, minute, second)


def _latest_end(rule: dict[str, Any], start: datetime) -> datetime:
    """The last moment at which a range from `start` may end."""
    if "months" not in rule:
        return _END_OF_TIME
    months = start.year * 12 + start.month - 1 + rule["months"]
    year, month = months // 12, months % 12 + 1
    last_day = calendar.monthrange(year, month)[1]
    if rule["up_to"] == "end_of_month":
        latest = datetime(year, month, last_day, 23, 59, 59)
    else:
        latest = start.replace(year=year, month=month, day=min(start.day, last_day))
    return min(latest, _END_OF_TIME)
