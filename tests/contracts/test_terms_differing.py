"""Between two versions: a patch that leads from one to the other, a table of numbers, and a redline word by word."""

from __future__ import annotations

import copy
import itertools
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.contracts.terms import drafting
from marketplace.contracts.terms.differing import How, changes, marked, patch, patched, words_redline
from marketplace.contracts.terms.texts import read
from tests.contracts.wording import TEXTS, decomposed, sale, terms


@settings(deadline=None)
@given(terms(), terms())
def test_the_patch_leads_from_old_to_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    before = copy.deepcopy(old)
    assert patched(old, patch(old, new)) == new
    assert old == before


@settings(deadline=None)
@given(terms())
def test_nothing_changed_is_an_empty_patch_and_no_change(made: dict[str, Any]) -> None:
    assert patch(made, copy.deepcopy(made)) == []
    assert not changes(made, copy.deepcopy(made))


@settings(deadline=None)
@given(terms(), terms())
def test_whatever_the_patch_changes_people_are_shown(old: dict[str, Any], new: dict[str, Any]) -> None:
    real = [one for one in patch(old, new) if one["op"] != "move" or "/clauses/" in one["path"]]
    assert bool(changes(old, new)) or not real


@pytest.mark.parametrize(
    ("old", "new", "operations"),
    [
        ({"a": 1}, {"a": True}, [{"op": "replace", "path": "/a", "value": True}]),
        ({"a/b": 1}, {"a/b": 3}, [{"op": "replace", "path": "/a~1b", "value": 3}]),
        ({"c~": 2}, {}, [{"op": "remove", "path": "/c~0"}]),
        ({"x": [1, 2, 3]}, {"x": [1]}, [{"op": "remove", "path": "/x/2"}, {"op": "remove", "path": "/x/1"}]),
        (
            {"x": [{"key": "a"}, {"key": "b"}]},
            {"x": [{"key": "b"}, {"key": "c"}]},
            [{"op": "remove", "path": "/x/0"}, {"op": "add", "path": "/x/1", "value": {"key": "c"}}],
        ),
        (
            {"x": [{"key": "a"}, {"key": "b"}]},
            {"x": [{"key": "b"}, {"key": "a"}]},
            [{"op": "move", "from": "/x/1", "path": "/x/0"}],
        ),
    ],
)  # fmt: skip
def test_operations_are_those_of_rfc_6902(old: Any, new: Any, operations: list[Any]) -> None:
    assert patch(old, new) == operations
    assert patched(old, operations) == new


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_the_redline_holds_both_texts(old: str, new: str) -> None:
    redline = words_redline(old, new)
    assert "".join(text for how, text in redline if how != "insert") == old
    assert "".join(text for how, text in redline if how != "delete") == new
    assert all(text for _how, text in redline)
    assert all(one[0] != other[0] for one, other in itertools.pairwise(redline))


@settings(deadline=None)
@given(TEXTS)
def test_decomposed_letters_are_no_change(text: str) -> None:
    assert words_redline(decomposed(text), text) == ([("equal", text)] if text else [])


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_a_decomposed_text_is_compared_as_a_composed_one(old: str, new: str) -> None:
    assert words_redline(decomposed(old), decomposed(new)) == words_redline(old, new)


def test_one_accent_is_one_changed_word() -> None:
    redline = words_redline("Giao hàng tại kho Hòa Bình.", "Giao hàng tại kho Hoà Bình.")
    assert redline == [
        ("equal", "Giao hàng tại kho "), ("delete", "Hòa"), ("insert", "Hoà"), ("equal", " Bình."),
    ]  # fmt: skip


def test_a_number_changes_as_a_whole() -> None:
    redline = words_redline("phạt 1.250.000 đồng", "phạt 1.300.000 đồng")
    assert redline == [
        ("equal", "phạt "), ("delete", "1.250.000"), ("insert", "1.300.000"), ("equal", " đồng"),
    ]  # fmt: skip


def test_a_line_end_is_a_change() -> None:
    assert words_redline("Một.\nHai.", "Một. Hai.") == [
        ("equal", "Một."), ("delete", "\n"), ("insert", " "), ("equal", "Hai."),
    ]  # fmt: skip


def test_the_redline_escapes_what_people_wrote() -> None:
    redline = words_redline("giá <b>cũ</b>", "giá <script>mới</script>")
    assert "<b>" not in marked(redline)
    assert "<script>" not in marked(redline)
    assert marked([("delete", "cũ & <i>"), ("insert", "mới")]) == "<del>cũ &amp; &lt;i&gt;</del><ins>mới</ins>"


def test_a_clause_is_compared_within_milliseconds() -> None:
    texts = [one["text"] for one in read()["clauses"]]
    begun = time.process_time()
    for text in texts:
        words_redline(text, text.replace("Bên Mua", "Bên B").replace("ngày", "ngày làm việc") + " Hết.")
    assert (time.process_time() - begun) / len(texts) < 0.010


def test_numbers_stand_in_a_table_with_per_cent() -> None:
    old, new = sale(), sale()
    new["lines"][0].update(price_vnd=126_000, amount_vnd=151_200_000)
    new["payment"]["days"] = 30
    found = {one.path: (one.old, one.new, one.percent) for one in changes(old, new).numbers}
    assert found == {
        "lines.L1.price_vnd": (120_000, 126_000, Decimal("5.0")),
        "lines.L1.amount_vnd": (144_000_000, 151_200_000, Decimal("5.0")),
        "payment.days": (15, 30, Decimal("100.0")),
    }


def test_a_number_names_its_line_in_the_readers_language() -> None:
    old, new = sale(), sale()
    new["lines"][1]["quantity"] = "250"
    assert [one.label for one in changes(old, new).numbers] == ["Tiêu Cùa: Số lượng"]


def test_a_line_that_came_has_no_old_numbers() -> None:
    old, new = sale(), sale()
    old["lines"].pop()
    found = {one.path: (one.old, one.new, one.percent) for one in changes(old, new).numbers}
    assert found["lines.L2.quantity"] == (None, "300", None)
    assert ("lines.L2.product", "Tiêu Cùa") in [(one.path, one.new) for one in changes(old, new).others]


def test_clauses_come_go_change_and_move() -> None:
    old, new = sale(), sale()
    gone = new["clauses"].pop(2)
    new["clauses"][0], new["clauses"][1] = new["clauses"][1], new["clauses"][0]
    new["clauses"][3]["text"] = new["clauses"][3]["text"].replace("thuế suất", "mức thuế", 1)
    new["clauses"].append(drafting.own_clause("own-1", "Quà tặng", "Bên Bán tặng 5 túi."))
    found = {one.key: one.how for one in changes(old, new).clauses}
    assert found.pop(gone["key"]) is How.REMOVED
    assert found.pop("own-1") is How.ADDED
    assert found.pop(new["clauses"][3]["key"]) is How.CHANGED
    assert len(found) == 1
    assert set(found.values()) == {How.MOVED}


def test_a_figure_in_a_clause_is_shown_in_the_table_alone() -> None:
    old, new = sale(), sale()
    new["penalty"]["percent"] = 5
    found = changes(old, new)
    assert [one.path for one in found.numbers] == ["penalty.percent"]
    assert not found.clauses


def test_the_redline_of_a_clause_reads_with_its_figures() -> None:
    old, new = sale(), sale()
    clause = next(one for one in new["clauses"] if one["key"] == "penalty")
    clause["text"] = "Bên vi phạm chịu phạt [mức phạt]."
    (found,) = changes(old, new).clauses
    assert "[mức phạt]" not in "".join(text for _how, text in found.redline)


@settings(deadline=None)
@given(terms(), st.data())
def test_moving_one_clause_is_one_change(made: dict[str, Any], data: st.DataObject) -> None:
    moved = copy.deepcopy(made)
    if len(moved["clauses"]) < 2:
        return
    place = data.draw(st.integers(0, len(moved["clauses"]) - 2))
    one = moved["clauses"].pop(place)
    moved["clauses"].append(one)
    assert [(one.how, one.redline) for one in changes(made, moved).clauses] == [(How.MOVED, [])]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * 2000, "b a " * 2000),
        ("a b " * 450, "b a " * 450),
        ("x" * 8000, "y" * 8000),
        ("a\n" * 4000, "b\n" * 4000),
    ],
)
def test_a_text_made_to_be_slow_is_compared_in_bounded_time(old: str, new: str) -> None:
    begun = time.process_time()
    redline = words_redline(old, new)
    assert time.process_time() - begun < 0.5
    assert "".join(text for how, text in redline if how != "insert") == old
    assert "".join(text for how, text in redline if how != "delete") == new
