"""The editor of a text under forged fields: figures that are none, places that are not there, days of other ages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.clients import Client
from tests.contracts.making import TwoSides, two_sides
from tests.contracts.test_drafting import Members, begun, save, terms

LONG = "9" * 5000
SPREAD = {"spread_from": "2027-01-01", "spread_count": "5"}


@pytest.fixture
def sides(app: Flask) -> TwoSides:
    with app.app_context():
        return two_sides()


@pytest.fixture
def client(client_of: Members, sides: TwoSides) -> Client:
    return client_of(sides.manager)


@pytest.fixture
def draft(client: Client, sides: TwoSides) -> str:
    """A draft with seven packs of rice."""
    ref = begun(client, sides)
    save(client, ref, "goods", f"add-line:{sides.variant.sku}")
    save(client, ref, "goods", **{"lines.L1.quantity": "7"})
    return ref


# what only looks like a number: letters of other scripts, powers, halves, more digits than anybody reads
NO_FIGURES = ["١٢", "１２", "²", "1e5", "1.5", "1,5", "0.5", "12.00", "1.2345", "NaN", "-0", "+5", "0x10", LONG]
PARTED = {"1200": "1200", "1.200": "1200", "1 200": "1200", "1\u00a0200.000": "1200000", "": "0"}


@pytest.mark.parametrize("typed", NO_FIGURES)
@pytest.mark.parametrize("field", ["quantity", "tolerance_percent", "vat_percent"])
def test_what_is_no_whole_number_is_never_read_as_another_one(
    app: Flask, client: Client, draft: str, field: str, typed: str
) -> None:
    before = terms(app, draft)
    answer = save(client, draft, "goods", **{f"lines.L1.{field}": typed})
    assert answer.status_code == 422
    assert f'id="lines-L1-{field}-error"' in answer.get_data(as_text=True)
    assert terms(app, draft) == before


@pytest.mark.parametrize(("typed", "read"), PARTED.items())
def test_thousands_may_be_parted(app: Flask, client: Client, draft: str, typed: str, read: str) -> None:
    assert save(client, draft, "goods", **{"lines.L1.quantity": typed}).status_code == 303
    assert terms(app, draft)["lines"][0]["quantity"] == read


FORGED: list[tuple[str, str, dict[str, str]]] = [
    ("delivery", "save", {"schedule.².due_on": "2027-01-01"}),
    ("delivery", "save", {f"schedule.{LONG}.due_on": "2027-01-01"}),
    ("delivery", "spread", {**SPREAD, "spread_count": "²"}),
    ("delivery", "spread", {**SPREAD, "spread_count": "٥"}),
    ("delivery", "spread", {**SPREAD, "spread_from": "9999-12-31"}),
    ("delivery", "spread", {**SPREAD, "spread_from": "0001-01-01"}),
    ("delivery", "spread", {**SPREAD, "spread_from": "29/02/2027"}),
    ("goods", "spread", {**SPREAD, "lines.L1.quantity": "abc"}),
    ("goods", "spread", {**SPREAD, "lines.L1.quantity": LONG}),
    ("goods", "save", {"lines.L1.quantity": "999999999", "lines.L1.price_vnd": "999999999999"}),
    ("goods", "save", {"lines.L9.quantity": "5"}),
    ("parties", "save", {"parties.x.title": "?"}),
    ("goods", "add-line:\x00", {}),
    ("goods", "add-words", {"goods": "\x00\u202e"}),
    ("term", "save", {"term.valid_from": "2027-02-29"}),
    ("term", "save", {"term.valid_from": "0000-00-00"}),
    ("term", "save", {"term.valid_from": "99/99/9999"}),
    ("term", "save", {"term.valid_from": "²/1/2027"}),
    ("term", "save", {"term.valid_to": "9999-12-31"}),
    ("term", "save", {"term.valid_from": "1899-12-31"}),
    ("term", "save", {"term.valid_from": "2027-05-02", "term.valid_to": "2027-05-01"}),
    ("price", "save", {"payment.late_interest_percent": "1e1"}),
    ("price", "save", {"payment.late_interest_percent": "٣"}),
]


@pytest.mark.parametrize(("step", "act", "fields"), FORGED)
def test_what_is_forged_is_refused_in_words_and_changes_nothing(
    app: Flask, client: Client, draft: str, step: str, act: str, fields: dict[str, str]
) -> None:
    before = terms(app, draft)
    assert save(client, draft, step, act, **fields).status_code == 422
    assert terms(app, draft) == before
    assert client.get(f"/agreements/{draft}/draft?step={step}").status_code == 200


def test_no_sign_that_turns_or_hides_others_gets_into_a_text(app: Flask, client: Client, draft: str) -> None:
    """A right-to-left sign would let "1.200" be read as "002.1"."""
    hidden = "Loại\u202e 1.200\u2066 \u200bA\u00ad\x00\ufeff"
    answer = save(client, draft, "goods", **{"lines.L1.quality": hidden, "lines.L1.unit": "h\u202eộp"})
    assert answer.status_code == 303
    (line,) = terms(app, draft)["lines"]
    assert line["quality"] == "Loại 1.200 A"
    assert "\u202e" not in line["unit"]


def test_fields_of_no_step_are_left_out(app: Flask, client: Client, draft: str) -> None:
    forged: dict[str, Any] = {
        "parties.seller.tax_code": "0100233488", "parties.buyer.legal_name": "Ai đó", "parties.seller.ref": "TC-1",
        "totals.total_vnd": "1", "lines.L1.amount_vnd": "1", "kind": "mou", "references.parent": "HD-2026-000099",
        "lines": "x", "clauses.x.key": "y",
    }  # fmt: skip
    before = terms(app, draft)
    assert save(client, draft, "parties", **forged).status_code == 303
    assert terms(app, draft) == before


def test_a_letter_that_unfolds_into_eighteen_is_a_title_like_any_other(client: Client, draft: str) -> None:
    """What search compares is longer than what was typed."""
    assert save(client, draft, "parties", title="ﷺ" * 200).status_code == 303
