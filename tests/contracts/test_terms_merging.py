"""What one side changed, put on what the text has become since."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracts.terms.merging import merged, rekeyed, same_content

BASE: dict[str, Any] = {
    "paper": "contract",
    "lines": [{"key": "L1", "quantity": "10", "price_vnd": 5}, {"key": "L2", "quantity": "7", "price_vnd": 9}],
    "clauses": [{"key": "a", "text": "một"}, {"key": "b", "text": "hai"}],
    "payment": {"days": 15, "deposit_percent": 0},
    "schedule": [{"line": "L1", "quantity": "10"}],
}


def changed(**parts: object) -> dict[str, Any]:
    return {**BASE, **parts}


def test_each_change_stays_where_the_other_changed_something_else() -> None:
    mine = changed(
        lines=[{**BASE["lines"][0], "quantity": "12"}, BASE["lines"][1]], payment={**BASE["payment"], "days": 30}
    )
    now = changed(lines=[{**BASE["lines"][0], "price_vnd": 6}, BASE["lines"][1]])
    found = merged(BASE, mine, now)
    assert found["lines"][0] == {"key": "L1", "quantity": "12", "price_vnd": 6}
    assert found["payment"] == {"days": 30, "deposit_percent": 0}


def test_of_two_changes_of_one_field_the_proposed_one_stays() -> None:
    found = merged(
        BASE, changed(payment={"days": 30, "deposit_percent": 0}), changed(payment={"days": 45, "deposit_percent": 10})
    )
    assert found["payment"] == {"days": 30, "deposit_percent": 10}


def test_lines_and_clauses_come_and_go_by_their_keys() -> None:
    mine = changed(lines=[BASE["lines"][0], {"key": "L3", "quantity": "1", "price_vnd": 1}])
    now = changed(clauses=[BASE["clauses"][1]])
    found = merged(BASE, mine, now)
    assert [line["key"] for line in found["lines"]] == ["L1", "L3"]
    assert found["clauses"] == [{"key": "b", "text": "hai"}]


def test_new_lines_of_two_texts_are_told_apart_by_their_pack() -> None:
    honey = {"key": "L3", "sku": "SP3", "quantity": "1", "price_vnd": 1}
    pepper = {"key": "L3", "sku": "SP4", "quantity": "2", "price_vnd": 2}
    now = changed(lines=[*BASE["lines"], honey])
    mine = changed(lines=[*BASE["lines"], pepper], schedule=[{"line": "L3", "quantity": "2"}])
    found = merged(BASE, rekeyed(BASE, mine, now), now)
    assert found["lines"][2:] == [honey, {**pepper, "key": "L4"}]
    assert found["schedule"] == [{"line": "L4", "quantity": "2"}]
    more = changed(lines=[*BASE["lines"], pepper, {**honey, "key": "L4", "quantity": "9"}])
    found = merged(BASE, rekeyed(BASE, more, now), now)
    assert {one["key"]: (one.get("sku"), one["quantity"]) for one in found["lines"][2:]} == {
        "L3": ("SP3", "9"),
        "L5": ("SP4", "2"),
    }


def test_papers_and_sums_are_no_content() -> None:
    assert same_content(BASE, changed(paper="amendment", title="Phụ lục", totals={"total_vnd": 1}))
    assert not same_content(BASE, changed(schedule=[]))


texts = st.fixed_dictionaries(
    {
        "payment": st.fixed_dictionaries({"days": st.integers(0, 3)}),
        "lines": st.lists(st.sampled_from(["L1", "L2", "L3"]), unique=True).map(
            lambda keys: [{"key": key, "quantity": "1"} for key in keys]
        ),
        "schedule": st.lists(st.integers(0, 3), max_size=2),
    }
)


@given(texts, texts)
def test_nothing_changed_on_one_side_gives_the_other(base: dict[str, object], other: dict[str, object]) -> None:
    assert merged(base, base, other) == other
    assert merged(base, other, base) == other
    assert merged(base, other, other) == other
