"""What the public learns of contracts: valid OCDS-style releases, only with both sides' consent, only what it names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask, current_app
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import LegalForm
from marketplace.contracts.models import Agreement, Release
from marketplace.contracts.queries import releases
from marketplace.contracts.queries.releases import CONTRACT, PARTY, SHOWN, release_of, shown
from marketplace.contracts.services import agreements
from marketplace.contracts.states.agreements import AgreementState, Consent, Side
from marketplace.core.database import db, writing
from tests.clients import Client
from tests.contracts import performing
from tests.contracts.making import TwoSides, agreement_in, two_sides

# the official release schema 1.1.5 without its prose, with which anything official validates
SCHEMA = json.loads((Path(__file__).parent / "data" / "ocds_release_1_1_5.json").read_text(encoding="utf-8"))
ENDS = (AgreementState.COMPLETED, AgreementState.EXPIRED, AgreementState.TERMINATED)
ALWAYS = {
    "ocid",
    "id",
    "date",
    "tag",
    "initiationType",
    "language",
    "parties",
    "buyer",
    "tender",
    "awards",
    "contracts",
}
OPEN = (Consent.BAND, Consent.EXACT)


def consent(agreement: Agreement, sides: TwoSides, seller: Consent, buyer: Consent) -> None:
    with current_app.app_context(), writing():
        own = db.session.get_one(Agreement, agreement.id)
        agreements.set_consent(own, seller, sides.actor(Side.SELLER))
        agreements.set_consent(own, buyer, sides.actor(Side.BUYER))
    db.session.rollback()


def published(client: Client, ref: str) -> list[dict[str, Any]]:
    answer = client.get(f"/open-data/{ref}.json")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["releases"]
    return found


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def sides(context: None) -> TwoSides:
    return two_sides()


@pytest.mark.parametrize("state", [AgreementState.ACTIVE, *ENDS])
@pytest.mark.parametrize("level", OPEN)
def test_releases_are_valid(client: Client, sides: TwoSides, state: AgreementState, level: Consent) -> None:
    agreement = agreement_in(state, sides)
    consent(agreement, sides, level, level)
    found = published(client, agreement.ref)
    assert [one["tag"] for one in found] == [["contract"], ["contractTermination"]][: 1 + (state in ENDS)]
    for one in found:
        jsonschema.validate(one, SCHEMA, cls=jsonschema.Draft4Validator)
        assert one["id"].endswith(f"-{level.value}")


def test_the_schema_bites(client: Client, sides: TwoSides) -> None:
    agreement = agreement_in(AgreementState.ACTIVE, sides)
    consent(agreement, sides, Consent.EXACT, Consent.EXACT)
    (release,) = published(client, agreement.ref)
    for wrong in ({"tag": ["signed"]}, {"initiationType": "private"}, {"date": None}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**release, **wrong}, SCHEMA, cls=jsonschema.Draft4Validator)
    release["contracts"][0]["status"] = "completed"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(release, SCHEMA, cls=jsonschema.Draft4Validator)


@pytest.mark.parametrize("other", [Consent.CLOSED, *OPEN])
def test_the_narrower_wish_counts(client: Client, sides: TwoSides, other: Consent) -> None:
    agreement = agreement_in(AgreementState.ACTIVE, sides)
    assert client.get(f"/open-data/{agreement.ref}.json").status_code == 404
    consent(agreement, sides, Consent.EXACT, other)
    assert client.get(f"/open-data/{agreement.ref}.json").status_code == (404 if other is Consent.CLOSED else 200)
    consent(agreement, sides, Consent.EXACT, Consent.CLOSED)
    assert client.get(f"/open-data/{agreement.ref}.json").status_code == 404
    assert client.get("/open-data/releases.json").get_json()["releases"] == []


def test_a_band_hides_every_figure(client: Client, sides: TwoSides) -> None:
    agreement = agreement_in(AgreementState.ACTIVE, sides)
    consent(agreement, sides, Consent.BAND, Consent.EXACT)
    (release,) = published(client, agreement.ref)
    assert str(agreement.value_vnd) not in json.dumps(release)
    (contract,) = release["contracts"]
    assert contract["x_valueBand"] == {"min": 50_000_000, "below": 200_000_000, "currency": "VND"}
    assert set(contract) <= {*CONTRACT, "x_valueBand"}
    assert all(set(item) <= {"id", "description", "additionalClassifications"} for item in contract["items"])


@pytest.mark.parametrize("level", OPEN)
def test_nothing_outside_the_list_is_public(client: Client, sides: TwoSides, level: Consent) -> None:
    agreement = agreement_in(AgreementState.ACTIVE, sides)
    consent(agreement, sides, level, level)
    (release,) = published(client, agreement.ref)
    assert set(release) <= ALWAYS | {"contracts", "relatedProcesses"}
    assert all(set(party) <= set(PARTY) for party in release["parties"])
    said = json.dumps(release, ensure_ascii=False)
    people = (sides.manager, sides.purchaser, sides.seller_signatory, sides.buyer_signatory)
    assert not [one.name for one in people if one.name in said or (one.email or "@") in said]


SECRET = "của riêng hai bên"


def with_more(value: Any) -> Any:
    """The same, with one member more in every part of it, and with words made into parts of their own."""
    if isinstance(value, list):
        return [*map(with_more, value), {"x_new": SECRET}]
    if isinstance(value, dict):
        return {**{name: with_more(one) for name, one in value.items()}, "x_new": SECRET, "x_news": [{"id": SECRET}]}
    return value


@pytest.mark.parametrize("level", OPEN)
def test_a_new_member_is_hidden_until_it_is_listed(sides: TwoSides, level: Consent) -> None:
    agreement = agreement_in(AgreementState.ACTIVE, sides)
    whole = release_of(agreement, ["contract"], 1)
    more = {**with_more(whole), "id": whole["id"]}
    more["contracts"] = more["contracts"][:1]
    assert shown(more, level) == shown(whole, level)
    assert SECRET in json.dumps(more, ensure_ascii=False)


def test_a_word_that_becomes_a_part_is_hidden(sides: TwoSides) -> None:
    whole = release_of(agreement_in(AgreementState.ACTIVE, sides), ["contract"], 1)
    public = shown({**whole, "language": {"x_new": SECRET}, "buyer": SECRET}, Consent.EXACT)
    assert public is not None
    assert SECRET not in json.dumps(public, ensure_ascii=False)


@pytest.mark.parametrize("level", list(Consent))
def test_every_level_says_what_it_shows(level: Consent) -> None:
    assert (level is Consent.CLOSED) == (SHOWN[level] == {})


def test_a_household_is_not_named_by_its_owners_number(client: Client, sides: TwoSides) -> None:
    with writing():
        db.session.get_one(Organisation, sides.seller.id).legal_form = LegalForm.HOUSEHOLD_BUSINESS
    agreement = agreement_in(AgreementState.ACTIVE, sides)
    consent(agreement, sides, Consent.EXACT, Consent.EXACT)
    (release,) = published(client, agreement.ref)
    assert str(sides.seller.tax_code) not in json.dumps(release)
    assert release["parties"][0]["id"] == sides.seller.ref
    assert "identifier" not in release["parties"][0]


@pytest.mark.parametrize(
    "state", [AgreementState.NEGOTIATING, AgreementState.IN_REVIEW, AgreementState.SIGNING, AgreementState.CANCELLED]
)
def test_nothing_is_released_before_it_is_in_force(client: Client, sides: TwoSides, state: AgreementState) -> None:
    agreement = agreement_in(state, sides)
    with writing():
        db.session.get_one(Agreement, agreement.id).consent = Consent.EXACT
    assert db.session.scalars(select(Release)).all() == []
    assert client.get(f"/open-data/{agreement.ref}.json").status_code == 404


def test_a_release_never_changes(sides: TwoSides) -> None:
    agreement_in(AgreementState.ACTIVE, sides)
    for statement in ("UPDATE agreement_releases SET number = 9", "DELETE FROM agreement_releases"):
        with pytest.raises(DatabaseError, match="only grows"), writing():
            db.session.execute(text(statement))


def test_the_package_names_its_policy_and_what_follows(
    client: Client, sides: TwoSides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.contracts.queries.open_data.CONTRACTS_A_PAGE", 1)
    for _ in range(2):
        agreement = agreement_in(AgreementState.ACTIVE, sides)
        consent(agreement, sides, Consent.BAND, Consent.BAND)
    first = client.get("/open-data/releases.json").get_json()
    assert first["version"] == "1.1"
    assert first["publicationPolicy"] == "http://localhost/open-data"
    assert first["links"]["next"].endswith("/open-data/releases.json?page=2")
    second = client.get(first["links"]["next"]).get_json()
    assert "links" not in second
    assert [len(first["releases"]), len(second["releases"])] == [1, 1]
    assert "2 hợp đồng công khai" in client.get("/open-data").get_data(as_text=True)


@pytest.mark.parametrize(
    ("amount", "band"),
    [
        (0, {"min": 0, "below": 50_000_000}),
        (50_000_000, {"min": 50_000_000, "below": 200_000_000}),
        (19_999_999_999, {"min": 5_000_000_000, "below": 20_000_000_000}),
        (20_000_000_000, {"min": 20_000_000_000}),
    ],
)
def test_bands(amount: int, band: dict[str, int]) -> None:
    assert releases.band_of(amount) == {**band, "currency": "VND"}


def test_deliveries_are_milestones(client: Client, context: None) -> None:
    sides = two_sides(departments=False)
    agreement = performing.contract_in_force(sides)
    performing.stock(sides)
    for rejected in (0, 1):
        call_off = performing.call(agreement, sides, L1=10)
        performing.deliver(call_off, sides)
        performing.check(call_off, sides, rejected)
    consent(agreement, sides, Consent.EXACT, Consent.EXACT)
    found = published(client, agreement.ref)
    assert [one["tag"][0] for one in found] == ["contract", "implementation", "implementationUpdate"]
    milestones = [one["contracts"][0]["implementation"]["milestones"] for one in found[1:]]
    assert [[one["status"] for one in row] for row in milestones] == [["met"], ["met", "met"]]
    for one in found:
        jsonschema.validate(one, SCHEMA, cls=jsonschema.Draft4Validator)
