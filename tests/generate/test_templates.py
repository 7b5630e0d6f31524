"""Data files of generated entries: they fit the document, and times are distributed as declared."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from generate.seeded_state import CONTRACT
from ringme_mock.generate.arrive import ARRIVALS, arrivals_of
from ringme_mock.generate.bulk_plan import BULK, draw_moments
from ringme_mock.generate.datetimes import parse_datetime
from ringme_spec.document import read_yaml


@pytest.mark.parametrize("name", read_yaml(ARRIVALS))
def test_templates_cover_the_properties_of_the_document(name: str) -> None:
    rule = CONTRACT.collections[name]
    node = read_yaml(ARRIVALS)[name]
    filled = set(arrivals_of(CONTRACT, name)._follows)
    content = {rule.content.file} if rule.content else set()
    unknown = set(node["properties"]) - set(rule.properties)
    assert unknown == (
        {"file_name", "record_transfer"} & unknown if name in ("voicemail", "leg") else set()
    )
    assert set(rule.properties) == (set(node["properties"]) - unknown) | filled | content


@pytest.mark.parametrize("path", [ARRIVALS, BULK])
def test_placeholders_of_templates_are_properties_of_the_document(path: Path) -> None:
    """A misspelt property of a number would become null without an error."""
    known = {name: set(rule.properties) for name, rule in CONTRACT.collections.items()}
    known["person"] = {"label", "latin"}
    for line in path.read_text("utf-8").splitlines():
        for name in line.replace("{", " ").replace("}", " ").replace(":", " ").split():
            owner, _, prop = name.strip("\"',[]").partition(".")
            if owner in known and prop and not line.startswith("#"):
                assert prop in known[owner], line


@pytest.mark.parametrize(
    "text",
    [
        "", "2016", "2016-04-01", "2016-04-01 24:00:00", "2016-04-01 10:00", "16-04-01 10:00:00",
        "2016-04-31 10:00:00", "2016-04-01 10:00:00 +03:00x", "2016-04-01 10:00:60",
        "\u0662016-04-01 10:00:00",
    ],
)  # fmt: skip
def test_invalid_datetime_parses_to_none(text: str) -> None:
    assert parse_datetime(text) is None


def test_drawn_times_stay_within_a_span_shorter_than_an_hour() -> None:
    start, end = datetime(2016, 4, 1, 10, 59, 30), datetime(2016, 4, 1, 11, 0, 15)
    plan = {"hours": [1] * 24, "weekdays": [1] * 7, "fractions": 1}
    moments = draw_moments((start, end), plan, 500, Random(1))
    assert moments == sorted(moments)
    assert start <= moments[0] < moments[-1] <= end
    assert {one.hour for one in moments} == {10, 11}
