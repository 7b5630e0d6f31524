"""The data files: each kind of value, and that a mistake in them is named."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from generate.worlds import CONTRACT, NUMBER, fresh_state
from ringme_mock.errors import ApiError
from ringme_mock.generate import arrive
from ringme_mock.generate.arrive import ARRIVALS, arrivals_of
from ringme_mock.generate.bulk_plan import BULK, draw_moments
from ringme_mock.generate.datetimes import parse_datetime
from ringme_mock.generate.makers import read_maker
from ringme_mock.generate.template import Template
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError

RULE = CONTRACT.collections["extension_group"]
VALUES: dict[str, Any] = {
    "extension": {"id": 36, "name": "000*320", "label": None, "domain": "sip.ringme.ru"},
    "last": None,
    "at": datetime(2016, 4, 1, 10, 0, 5, 980_000),
    "ring": 4,
    "flow": "in",
}


def made(node: Any, seed: int = 1) -> Any:
    return read_maker(node)(VALUES, Random(seed))


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (5, 5),
        (None, None),
        (False, False),
        ("text", "text"),
        ("{extension.id}", 36),
        ("{extension.label}", None),
        ("{last.status}", None),
        ("{extension.name}@{extension.domain}", "000*320@sip.ringme.ru"),
        ("<{extension.label}>", "<>"),
        ("7495{extension.id:04d}", "74950036"),
        ("{{{flow}}}", "{in}"),
        ("{{}}", "{}"),
        ({"time": "at"}, "2016-04-01 10:00:05"),
        ({"time": "at", "hundredths": True}, "2016-04-01 10:00:05.98"),
        ({"time": "at", "plus": ["ring"]}, "2016-04-01 10:00:09"),
        ({"time": "at", "format": "%Y_%H"}, "2016_10"),
        ({"part": "extension.name", "after": "*"}, "320"),
        ({"part": "extension.label", "after": "*"}, ""),
        ({"first": ["extension.label", "extension.name"]}, "000*320"),
        ({"first": ["extension.label"]}, ""),
        ({"by": "flow", "is": {"in": "a", "out": "b"}}, "a"),
        ({"by": "flow", "is": {"out": "b"}}, None),
        ({"by": "flow", "is": {"out": "b"}, "else": "{ring}"}, 4),
        ({"turn": ["on", "off"], "of": "last.status"}, "on"),
        ({"turn": ["in", "out"], "of": "flow"}, "out"),
        ({"turn": ["out", "in"], "of": "flow"}, "out"),
    ],
)
def test_a_value_means_what_the_file_says(node: Any, value: Any) -> None:
    assert made(node) == value


def test_a_pattern_has_a_sign_for_each_place() -> None:
    texts = {made({"pattern": "7999###-XXXX-xx"}, seed) for seed in range(200)}
    assert len(texts) > 190
    for text in texts:
        assert text.startswith("7999")
        digits, upper, lower = text.split("-")
        assert digits.isdigit()
        assert len(digits) == 7
        assert set(upper) <= set("0123456789ABCDEF")
        assert set(lower) <= set("0123456789abcdef")
        assert (len(upper), len(lower)) == (4, 2)


def test_a_choice_goes_by_its_weights() -> None:
    chosen = Counter(made({"choose": {"a": 80, None: 20, "b": 0}}, seed) for seed in range(1000))
    assert set(chosen) == {"a", None}
    assert 700 < chosen["a"] < 900


def test_a_number_keeps_its_bounds_and_its_average() -> None:
    even = [made({"number": [2, 5]}, seed) for seed in range(300)]
    assert set(even) == {2, 3, 4, 5}
    long = [made({"number": [4, 2400], "average": 130}, seed) for seed in range(2000)]
    assert 4 <= min(long) < max(long) <= 2400
    assert 110 < sum(long) / len(long) < 150


@pytest.mark.parametrize(
    "node",
    [
        {"chose": {"a": 1}},
        {},
        {"choose": {}},
        {"choose": ["a"]},
        {"choose": {"a": "often"}},
        {"number": 5},
        {"number": [4, 10], "average": 4},
        {"pattern": None},
        {"pick": "planets"},
        {"by": "flow"},
        {"part": "extension.name"},
        {"turn": ["on"]},
        "{extension.name",
    ],
)
def test_a_mistake_in_a_template_is_named(node: Any) -> None:
    with pytest.raises(ConfigError, match=r"^file\.yaml: name: "):
        Template(CONTRACT, "file.yaml", {"properties": {"name": node}}, RULE)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"name": "{nobody.name}"}, "name: .*there is no nobody"),
        ({"name": "{extra_params}", "extra_params": "{name}"}, "needs itself"),
        ({"name": {"by": "nothing", "is": {}}}, "name: .*there is no nothing"),
    ],
)
def test_a_name_that_leads_nowhere_is_named(properties: dict[str, Any], words: str) -> None:
    template = Template(CONTRACT, "file.yaml", {"properties": properties}, RULE)
    with pytest.raises(ConfigError, match=words):
        template.make(template.draft({}, Random(1)), 1)


def test_the_order_of_a_template_does_not_matter() -> None:
    node = {"draw": {"b": "{a}!", "a": "x"}, "properties": {"name": "{c}", "extra_params": "{b}"}}
    node["draw"]["c"] = "{b}{a}"
    template = Template(CONTRACT, "file.yaml", node, RULE)
    entry = template.make(template.draft({"client_id": 12}, Random(1)), 1)
    assert entry == {"id": 1, "name": "x!x", "client_id": 12, "extra_params": "x!"}


def test_a_mistake_in_the_data_is_a_refusal_and_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "arrivals.yaml"
    path.write_text(ARRIVALS.read_text("utf-8").replace("{time: at, plus: [ring]}", "{clock: 1}"))
    module = __import__(arrive.__module__, fromlist=["ARRIVALS"])
    monkeypatch.setattr(module, "ARRIVALS", path)
    for cached in (module._nodes, module.arrivals_of):
        cached.cache_clear()
    try:
        with pytest.raises(ApiError, match=r"arrivals\.yaml: record: start_time_gmt") as caught:
            arrive(fresh_state(), CONTRACT, "record", NUMBER, {}, Random(1))
        assert caught.value.status == 400
    finally:
        for cached in (module._nodes, module.arrivals_of):
            cached.cache_clear()


@pytest.mark.parametrize("name", read_yaml(ARRIVALS))
def test_the_templates_know_the_properties_of_the_document(name: str) -> None:
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
def test_each_name_in_braces_is_a_property_of_the_document(path: Path) -> None:
    """A misspelt property of a number would be null, and nobody would know why."""
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
def test_what_is_no_moment_is_none(text: str) -> None:
    assert parse_datetime(text) is None


def test_a_rhythm_keeps_within_its_span_even_if_that_is_a_part_of_an_hour() -> None:
    start, end = datetime(2016, 4, 1, 10, 59, 30), datetime(2016, 4, 1, 11, 0, 15)
    plan = {"hours": [1] * 24, "weekdays": [1] * 7, "fractions": 1}
    moments = draw_moments((start, end), plan, 500, Random(1))
    assert moments == sorted(moments)
    assert start <= moments[0] < moments[-1] <= end
    assert {one.hour for one in moments} == {10, 11}
