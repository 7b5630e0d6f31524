"""Formats of date-times in requests and responses; all are UTC."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import DATETIME, read_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.own_entries import OwnEntries
from ringme_contract.samples import Samples, some
from ringme_contract.scenarios.item_kinds import Items, of_each_kind
from ringme_contract.verdict import NotOffered
from ringme_spec.operations import Operation

_FRACTION = re.compile(rf"{DATETIME.pattern}(\.\d\d)?")
_NO_MOMENTS = (
    "2016-02-30 00:00:00", "2015-02-29 00:00:00", "1900-02-29 00:00:00", "2016-04-31 12:00:00",
    "2016-13-01 00:00:00", "2016-00-01 00:00:00", "2016-04-00 00:00:00", "2016-04-01 24:00:00",
    "2016-04-01 12:60:00", "2016-04-01 12:00:60", "2016-04-01T00:00:00", "2016-04-01 00:00:00Z",
    "2016-04-01T00:00:00Z", "2016-04-01 00:00:00 +0300", "2016-04-01", "2016-04-01 00:00",
    "01.04.2016 00:00:00", "2016/04/01 00:00:00", "1459468800", "yesterday", "16-04-01 00:00:00",
    "2016-04-01 00:00:00.50", "2016-04-01 00:00:00+03:00", " 2016-04-01 00:00:00",
    "0000-01-01 00:00:00", "10000-01-01 00:00:00",
    "2016-04-01 00:00:00\n", "2016-04-01  00:00:00", "201\u0666-04-01 00:00:00",
)  # fmt: skip
_LAST_DAYS = tuple(
    f"2015-{month}-{day} 23:59:59"
    for month, day in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)
)
# The first and the last ones; the month after the last one is in a year of five digits.
_FAR = ("0001-1-1 00:00:00", "0004-02-29 12:00:00", "9999-12-01 00:00:00", "9999-12-31 23:59:59")
# They exist in UTC, but clocks in Berlin, London, New York and Moscow skip them in spring.
_SKIPPED = (
    "2016-03-27 02:30:00", "2016-03-27 01:30:00", "2016-03-13 02:30:00", "2011-03-27 02:30:00",
)  # fmt: skip
# Less than the difference of any two zones.
_APART = timedelta(minutes=7)


@check("no-zone", isolated=True, smoke=True)
def date_times_have_no_zone(kit: CheckContext) -> None:
    """`YYYY-MM-DD HH:MM:SS` in each item; the first time of a call may have two more digits."""
    _expect_moments(kit, "a new number", kit.new_extension(), {"create_date": DATETIME})
    for number in kit.client.read(kit.path("extension")):
        _expect_moments(kit, f"number {number['id']}", number, {"create_date": DATETIME})
    _look_at_moments(kit)


@of_each_kind()
def _look_at_moments(kit: CheckContext, items: Items) -> None:
    names = {items.time: DATETIME}
    if items.time == "init_time_gmt":
        names |= {items.time: _FRACTION, "start_time_gmt": DATETIME, "hangup_time_gmt": DATETIME}
    for item in items.read_some():
        _expect_moments(kit, f"one of the {items}", item, names)


def _expect_moments(
    kit: CheckContext, what: str, item: Item, names: dict[str, re.Pattern[str]]
) -> None:
    for name, pattern in names.items():
        value = item[name]
        # An unanswered call may lack a time.
        if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
            kit.fail(
                f"{name} of {what} is no date-time without a zone", "YYYY-MM-DD HH:MM:SS", value
            )


@check("dates-in", writes=False, smoke=True)
@of_each_kind()
def leading_zeros_may_be_left_out(kit: CheckContext, items: Items) -> None:
    """A range at the time of an item gives the same list with and without zeros."""
    times = [one[items.time][:19] for one in items.read_some()]
    # The one with most zeros to leave out.
    text = max(times, key=lambda one: len(one) - len(_bare(one)))
    start, end = kit.target.range
    for first, last in ((text, text), (start, text), (text, end), (start, end)):
        full = items.read(start_datetime=first, end_datetime=last)
        bare = items.read(start_datetime=_bare(first), end_datetime=_bare(last))
        kit.expect_equal(f"the {items} from {_bare(first)} to {_bare(last)}", bare, full)


def _bare(text: str) -> str:
    one = read_datetime(text)
    return f"{one.year}-{one.month}-{one.day} {one.hour}:{one.minute}:{one.second}"


@check("dates-in", isolated=True)
def what_is_no_moment_is_refused(kit: CheckContext) -> None:
    """Invalid days and other formats are a 400 at either end; all existing days are accepted."""
    own, client = OwnEntries(kit), kit.client
    ranged = [one for one in kit.secured_operations if one.reads and one.ranged]
    samples, whole = Samples(kit, ranged), some(kit, ranged, 1, "dates")
    kit.need_offered(ranged, "the target lacks every list that takes a range")

    def try_moments(operation: Operation) -> None:
        path = own.path(operation)
        # One list with all texts, every other one with a few.
        few = 4 if samples.is_whole(operation) else 2
        for text in some(kit, _NO_MOMENTS, len(_NO_MOMENTS) if operation in whole else few, path):
            for query in (
                {"start_datetime": text, "end_datetime": "2016-04-30 00:00:00"},
                {"start_datetime": "2016-02-01 00:00:00", "end_datetime": text},
            ):
                response = client.get(path, **query)
                if response.status_code != 400:
                    kit.fail(f"{operation.id} takes {text!r}", 400, response.status_code)
                name = next(name for name in query if query[name] is text)
                kit.expect_named(response, name)
        moments = ("2016-02-29 00:00:00", "2000-2-29 0:0:0", *_FAR, *_SKIPPED, *_LAST_DAYS)
        for text in samples.of(operation, moments, 6):
            query = {"start_datetime": text, "end_datetime": text}
            kit.expect(client.get(path, **query), 200)

    kit.map(try_moments, ranged)


@check("no-zone", isolated=True)
def the_date_of_a_new_number_is_utc(kit: CheckContext) -> None:
    """It is the time of the request by the server's clock, which the Date header has in UTC."""
    body = {"name": kit.free_number(), "label": kit.new_name("number")}
    response = kit.expect(kit.client.post(kit.path("extension"), body), 201)
    made = read_datetime(response.json()["create_date"])
    told = response.headers.get("Date")
    if told is None:
        raise NotOffered("the responses of the target have no Date to compare create_date with")
    now = parsedate_to_datetime(told).astimezone(UTC).replace(tzinfo=None)
    # Clocks of one service may differ by minutes; zones differ by quarters of an hour.
    kit.expect_true(
        "create_date of a new number is the time of its creation, in UTC",
        abs(made - now) < _APART,
        f"{made}, but the Date header is {told}",
    )
