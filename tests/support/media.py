"""Recorded items, as the fixtures have them and as the API lists them."""

from __future__ import annotations

from typing import Any

from ringme_spec.document import read_yaml
from ringme_spec.operations import Operation
from ringme_spec.paths import FIXTURES
from support.operations import OPERATIONS, path_in
from support.server import Api

Item = dict[str, Any]

# What tells items of one moment apart.
KEY = {
    "record": "record_uuid",
    "voicemail": "record_uuid",
    "fax": "uuid",
    "reg_status_log": "short_ext_name",
}
# No longer than any list may reach; together they hold all items of the fixtures.
WINDOWS = (
    ("2016-06-01 00:00:00", "2016-07-31 23:59:59"),
    ("2016-04-01 00:00:00", "2016-05-31 23:59:59"),
    ("2016-02-01 00:00:00", "2016-03-31 23:59:59"),
    ("2015-12-01 00:00:00", "2016-01-31 23:59:59"),
)


def media_list(level: str, collection: str) -> Operation:
    """The list of recorded items of one kind at one level."""
    return next(
        one
        for one in OPERATIONS
        if (one.action, one.section, one.collection.name) == ("list", level, collection)
    )


def whole(api: Api, listed: Operation, *owner: object) -> list[Item]:
    """All items of a list, newest first."""
    return [
        item
        for start, end in WINDOWS
        for item in api.read(path_in(listed, *owner), start_datetime=start, end_datetime=end)
    ]


def fixture_items(collection: str) -> list[Item]:
    """The items as the fixture file has them."""
    content = read_yaml(FIXTURES / f"{collection}.yaml")
    return [{**content.get("defaults", {}), **entry} for entry in content["entries"]]
