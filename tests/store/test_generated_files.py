"""Generated files: their duration and size."""

from __future__ import annotations

from pathlib import Path

import pytest

from generate.seeded_state import CONTRACT
from ringme_mock.store.fixtures import load_store
from ringme_mock.store.made_files import MOST_BYTES, file_of, made_size
from ringme_mock.store.store import Store
from ringme_spec.collections import Content
from ringme_spec.errors import ConfigError
from ringme_spec.paths import FIXTURES

_RECORDING = Content("file", "size", "audio/mpeg", length="seconds")
_PAGE = Content("file", "size", "application/pdf")
_EMPTY_STORE = Store({}, {})


def generated(content: Content, size: int, seconds: int = 0) -> bytes:
    return file_of(_EMPTY_STORE, content, {"file": None, "size": size, "seconds": seconds})


def seconds_of(file: bytes) -> float:
    """Return the length of an MPEG file in seconds; check the header of each frame."""
    at = 0
    if file.startswith(b"ID3"):
        size = sum(byte << shift for byte, shift in zip(file[6:10], (21, 14, 7, 0), strict=True))
        at = 10 + size
    frames = 0
    while file[at : at + 4] == b"\xff\xe3\x18\xc4":
        # MPEG 2.5 layer III, 8000 bit/s at 8000 Hz: 72 bytes and 576 samples, all silent.
        assert not any(file[at + 4 : at + 72])
        frames, at = frames + 1, at + 72
    assert not any(file[at:])
    return frames * 576 / 8000


@pytest.mark.parametrize("seconds", [1, 2, 59, 130, 3600, 7201])
def test_generated_recording_has_the_given_duration(seconds: int) -> None:
    size = made_size(_RECORDING, {"seconds": seconds})
    file = generated(_RECORDING, size, seconds)
    assert len(file) == size
    assert seconds_of(file) == pytest.approx(seconds, abs=0.04)


@pytest.mark.parametrize("more", [0, 1, 9, 10, 11, 500, 200_000])
def test_larger_recording_keeps_its_duration(more: int) -> None:
    size = made_size(_RECORDING, {"seconds": 20}) + more
    file = generated(_RECORDING, size, 20)
    assert len(file) == size
    assert seconds_of(file) == pytest.approx(20, abs=0.04)


def test_size_of_a_generated_recording_is_limited() -> None:
    assert made_size(_RECORDING, {"seconds": 10**15}) == MOST_BYTES


def test_generated_pdf_has_the_given_size_and_a_correct_xref_table() -> None:
    page = generated(_PAGE, 1043)
    assert len(page) == 1043
    assert page.startswith(b"%PDF-1.4\n")
    table = page[page.index(b"xref\n") :]
    assert page[int(page.split(b"startxref\n")[1].split()[0]) :] == table
    for number, line in enumerate(table.splitlines()[3:6], start=1):
        assert page[int(line[:10]) :].startswith(b"%d 0 obj" % number)
    assert made_size(_PAGE, {}) == len(page.rstrip()) + 1


def write_fax_fixture(folder: Path, size: int) -> None:
    """Write a fixture with one fax of number 39."""
    (folder / "fax.yaml").write_text(
        "entries: [{uuid: 4b95953c-302d-4742-89b1-1c422a845b77, datetime: '2016-04-05 09:00:00',"
        " caller_id: '74950000091', destination: '74950000050', extension_id: 39, client_id: 12,"
        f" extension_group_id: 3, file_size: {size}}}]\n",
        "utf-8",
    )


def test_file_of_a_fixture_is_generated_if_it_is_missing(tmp_path: Path) -> None:
    write_fax_fixture(tmp_path, 5000)
    store = load_store(CONTRACT, FIXTURES, tmp_path)
    (fax,) = store["fax"].entries()
    content = CONTRACT.collections["fax"].content
    assert content is not None
    assert len(file_of(store, content, fax)) == 5000


def test_fixture_with_a_file_size_over_the_limit_is_refused(tmp_path: Path) -> None:
    write_fax_fixture(tmp_path, MOST_BYTES + 1)
    with pytest.raises(ConfigError, match=f"file_size: must be at most {MOST_BYTES}"):
        load_store(CONTRACT, FIXTURES, tmp_path)
