"""Target file: its keys, and one clear line for each error."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from ringme_contract.target import IDENTITIES, MOCK, OPTIONAL_IDENTITIES, load_target, template
from ringme_spec.contract import Contract, read_contract
from ringme_spec.errors import ConfigError
from ringme_spec.paths import SPEC

CONTRACT = read_contract(SPEC)
ALL = [*IDENTITIES, *OPTIONAL_IDENTITIES]
MINIMAL = """
url = "http://127.0.0.1:1"
[range]
start = "2016-04-01 00:00:00"
end = "2016-04-30 23:59:59"
[identities.client]
client_id = "a"
client_secret = "b"
"""


def write_target(folder: Path, text: str) -> Path:
    path = folder / "target.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_target_file_of_the_mock_has_every_identity() -> None:
    target = load_target(MOCK)
    assert set(target.identities) == set(ALL)
    assert target.identities["group"].parameters["grant_type"] == "password"


def test_template_is_a_valid_target_file(tmp_path: Path) -> None:
    target = load_target(write_target(tmp_path, template(CONTRACT)))
    assert set(target.identities) == {"client"}


def test_template_has_every_identity(tmp_path: Path) -> None:
    text = template(CONTRACT)
    lines = [line.removeprefix("#") for line in text.splitlines() if line.startswith("#[id")]
    assert [f"[identities.{name}]" for name in ALL if name != "client"] == lines
    filled = "\n".join(
        line.removeprefix("#").replace('""', '"x"')
        if line.startswith("#") and "# " not in line
        else line
        for line in text.splitlines()
    )
    assert set(load_target(write_target(tmp_path, filled)).identities) == set(ALL)


def test_template_lists_all_capabilities_that_can_be_off(tmp_path: Path) -> None:
    text = template(CONTRACT).replace("off = []", f"off = {list(CONTRACT.capabilities)}")
    assert load_target(write_target(tmp_path, text)).off == CONTRACT.capabilities.keys()
    for capability in CONTRACT.capabilities.values():
        assert f"#   {capability.name} " in text
        assert capability.text in text


def test_overlay_can_add_a_capability(tmp_path: Path) -> None:
    document = copy.deepcopy(CONTRACT.document)
    document["x-capabilities"]["groups"] = {"text": "groups", "collections": ["extension_group"]}
    contract = Contract(document)
    path = write_target(tmp_path, MINIMAL.replace("[range]", 'off = ["groups"]\n[range]'))
    assert load_target(path, contract=contract).off == {"groups"}
    needing = [one.id for one in contract.operations.values() if "groups" in contract.needs(one)]
    assert "createExtensionGroup" in needing


def test_url_argument_overrides_the_target_file(tmp_path: Path) -> None:
    assert load_target(write_target(tmp_path, MINIMAL), "http://other:2/").url == "http://other:2"


def test_environment_secrets_override_the_target_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGME_SECRET_CLIENT", "from the environment")
    target = load_target(write_target(tmp_path, MINIMAL))
    assert target.identities["client"].parameters["client_secret"] == "from the environment"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("url =", "uri =", "unknown key uri; did you mean url?"),
        ('"http://127.0.0.1:1"', '"127.0.0.1:1"', "url: must begin with http"),
        ('"http://127.0.0.1:1"', "5", "url: must be text"),
        ('start = "2016-04-01 00:00:00"', "", "range.start: is missing"),
        ("2016-04-01 00", "2016-4-1 00", "range.start: must be YYYY-MM-DD HH:MM:SS"),
        ("2016-04-01", "2016-05-01", "range: start must not be after end"),
        (
            'client_secret = "b"',
            "",
            "identities.client.client_secret: is missing, or RINGME_SECRET_CLIENT",
        ),
        ('client_id = "a"', 'client_id = ""', "identities.client.client_id: is missing"),
        (
            "[identities.client]",
            "[identities.admin]",
            "identities: unknown key admin; known keys: client, ",
        ),
        ("[range]", 'off = ["sms"]\n[range]', "off: unknown value sms; known values: record, "),
        ("[range]", "off = [[1]]\n[range]", "off: unknown value [1]"),
        ("[range]", 'read_only = "no"\n[range]', "read_only: must be true or false"),
        ("[range]", "timeout = 0\n[range]", "timeout: must be more than 0, not 0"),
        ("[range]", "time_budget = nan\n[range]", "time_budget: must be more than 0, not nan"),
        (
            "[range]",
            "requests_per_second = -1\n[range]",
            "requests_per_second: must be 0 or more, not -1",
        ),
        ("[range]", "[range", "is not valid TOML"),
    ],
)
def test_error_in_a_target_file_is_one_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = write_target(tmp_path, MINIMAL.replace(old, new))
    with pytest.raises(ConfigError) as error:
        load_target(path)
    assert str(error.value).startswith(f"{path}: {message}")


def test_all_errors_of_a_target_file_are_reported_at_once(tmp_path: Path) -> None:
    path = write_target(
        tmp_path,
        """
        readonly = true
        timeout = 0
        [range]
        start = 2016-04-01
        [identities.group]
        clientid = "a"
        client_secret = 5
        """,
    )
    with pytest.raises(ConfigError) as error:
        load_target(path)
    assert str(error.value).splitlines() == [
        f"{path}: {line}"
        for line in (
            "unknown key readonly; did you mean read_only?",
            "timeout: must be more than 0, not 0",
            "url: is missing",
            "range.start: must be YYYY-MM-DD HH:MM:SS in quotes, not '2016-04-01'",
            "range.end: is missing, YYYY-MM-DD HH:MM:SS in quotes",
            "identities.group: unknown key clientid; did you mean client_id?",
            "identities.group.client_id: is missing",
            "identities.group.client_secret: must be text in quotes",
        )
    ]


def test_missing_or_binary_target_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_target(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_target(tmp_path / "bytes.toml")
