"""Invented producers with their shops, freight tables and bank accounts."""

from __future__ import annotations

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import LegalForm, OrganisationState
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.core.refs import next_ref
from marketplace.demo.reading import Row, rows
from marketplace.orders.models import FreightTable, FreightZone
from marketplace.orders.states import Zone
from marketplace.payments.models import BankAccount
from marketplace.places.models import Province, Ward
from marketplace.storefronts.models import Shop


def make(provinces: dict[str, Province], wards: dict[str, Ward]) -> dict[str, Organisation]:
    """Every producer by key, verified, with everything she needs to sell."""
    by_code = {province.code: province for province in provinces.values() if province.is_today}
    freight = {row["id"]: row for row in rows("freight")}
    made: dict[str, Organisation] = {}
    for row in rows("producers"):
        made[row["key"]] = add(row, by_code[row["province"]], wards[row["ward"]], freight[row["freight"]])
    db.session.flush()
    return made


def add(row: Row, province: Province, ward: Ward, freight: Row) -> Organisation:
    """One producer with shop, freight table and bank account."""
    producer = _producer(row, province, ward)
    db.session.add_all([producer, _shop(producer, row), _freight_table(producer, freight), _account(producer, row)])
    return producer


def _producer(row: Row, province: Province, ward: Ward) -> Organisation:
    return Organisation(
        ref=next_ref("organisation"),
        kind=OrganisationKind.PRODUCER,
        slug=row["slug"],
        legal_form=LegalForm(row["legal_form"]),
        name=row["name"],
        legal_name=row["legal_name"],
        tax_code=row["tax_code"],
        representative=row["representative"],
        representative_title=row["title"],
        email=row["email"],
        phone=row["phone"],
        street=row["street"],
        ward=ward,
        province=province,
        state=OrganisationState.VERIFIED,
        is_illustrative=True,
    )


def _shop(producer: Organisation, row: Row) -> Shop:
    return Shop(
        organisation=producer,
        story=row["story_vi"],
        story_en=row["story_en"],
        since_year=row.get("since"),
        households=row.get("members"),
    )


def _freight_table(producer: Organisation, row: Row) -> FreightTable:
    zones = [
        FreightZone(
            zone=Zone(name),
            steps=zone["steps"],
            extra_vnd=zone["per_extra_500g"],
            days_least=zone["days"][0],
            days_most=zone["days"][1],
        )
        for name, zone in row["zones"].items()
    ]
    return FreightTable(
        organisation=producer,
        free_above_vnd=row["free_above_vnd"],
        pick_up=row["pick_up"],
        pick_up_note=producer.street if row["pick_up"] else "",
        not_served=row["not_served"],
        zones=zones,
    )


def _account(producer: Organisation, row: Row) -> BankAccount:
    return BankAccount(
        organisation=producer, bank_bin=row["bank_bin"], number=row["account_number"], holder=row["account_name"]
    )
