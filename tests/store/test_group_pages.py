"""Pages of a group are slices of the sorted items of its numbers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ringme_mock.store.store import Query
from store.entries import GROUP, MEMBERS, group_store, record

OWNER = ("extension_group", GROUP)


@settings(deadline=None, max_examples=50)
@given(
    owners=st.lists(st.integers(0, 3), max_size=150),
    moments=st.tuples(st.none() | st.integers(0, 160), st.none() | st.integers(0, 160)),
    descending=st.booleans(),
    offset=st.integers(0, 160) | st.just(10**30),
    limit=st.none() | st.integers(1, 40),
    even=st.booleans(),
)
def test_page_of_a_group_is_a_slice_of_its_sorted_items(
    owners: list[int],
    moments: tuple[int | None, int | None],
    descending: bool,
    offset: int,
    limit: int | None,
    even: bool,
) -> None:
    store = group_store(owners)
    start, end = (None if one is None else record(one, 0)["init_time_gmt"] for one in moments)
    query = Query(
        start=start,
        end=end,
        descending=descending,
        keep=(lambda entry: entry["extension_id"] % 2 == 0) if even else None,
        offset=offset,
        limit=limit,
    )
    places = [
        place
        for place, owner in enumerate(owners)
        if (moments[0] is None or moments[0] <= place)
        and (moments[1] is None or place <= moments[1])
        and not (even and MEMBERS[owner] % 2)
    ]
    places = (places[::-1] if descending else places)[offset:][:limit]
    expected = [record(place, MEMBERS[owners[place]]) for place in places]
    assert list(store.find("record", query, OWNER)) == expected
