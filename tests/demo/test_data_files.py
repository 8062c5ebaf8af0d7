"""The project's own data files hold together: kinds, producers, places, figures, prices and reviews."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import marketplace

ROOT = Path(marketplace.__file__).parent
WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
PERSONAL = {"household_business", "farm"}
COMPANIES = {"llc", "jsc", "private_enterprise"}


@cache
def rows(name: str, group: str) -> list[dict[str, Any]]:
    """The rows of one group of a data file."""
    content = json.loads((ROOT / name).read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = content[group]
    return found


def today() -> list[dict[str, Any]]:
    return rows("places/data/provinces.json", "today")


def old() -> list[dict[str, Any]]:
    return rows("places/data/provinces.json", "old")


def wards() -> dict[str, str]:
    return {ward["code"]: ward["province"] for ward in rows("places/data/wards.json", "wards")}


def producers() -> list[dict[str, Any]]:
    return rows("demo/data/producers.json", "producers")


def listings() -> list[dict[str, Any]]:
    return rows("demo/data/listings.json", "listings")


def organisation_code_holds(code: str) -> bool:
    """Whether the tenth digit is the check digit of the first nine."""
    total = sum(int(digit) * weight for digit, weight in zip(code[:9], WEIGHTS, strict=True))
    return re.fullmatch(r"\d{10}", code) is not None and 10 - total % 11 == int(code[9])


def test_the_country_has_34_units_from_63() -> None:
    assert (len(today()), len(old())) == (34, 63)
    assert Counter(unit["type"] for unit in today()) == {"province": 27, "city": 7}


def test_every_old_unit_leads_to_one_of_today() -> None:
    slugs = {unit["code"]: unit["slug"] for unit in today()}
    assert all(slugs[unit["new_code"]] == unit["new_slug"] for unit in old())
    assert {unit["new_code"] for unit in old()} == set(slugs)
    merged = {(code, unit["code"]) for unit in today() for code in unit["merged_from"]}
    assert merged == {(unit["code"], unit["new_code"]) for unit in old()}
    mapping = rows("places/data/provinces.json", "mapping")
    assert {(row["old"], row["today"]) for row in mapping} == {(unit["slug"], unit["new_slug"]) for unit in old()}


def test_slugs_never_collide() -> None:
    slugs = [unit["slug"] for unit in [*today(), *old()]]
    assert len(slugs) == len(set(slugs)) == 97
    assert {"quang-tri", "quang-tri-cu", "hai-duong", "ho-chi-minh"} <= set(slugs)


def test_each_commune_belongs_to_a_unit_of_today() -> None:
    assert len(wards()) == len(rows("places/data/wards.json", "wards")) == 3321
    assert Counter(wards().values()) == {unit["code"]: unit["communes"] for unit in today()}


def test_figures_are_complete_and_carry_no_quotes() -> None:
    facts = rows("storefronts/data/facts.json", "facts")
    slugs = {unit["slug"] for unit in old()}
    assert len(facts) == 66
    assert not any("quote" in fact for fact in facts)
    assert all(fact["place"] in slugs and fact["label_vi"] and fact["label_en"] for fact in facts)
    assert all(fact["source"]["title"] and fact["year"] for fact in facts)


def test_banks_have_codes_of_six_digits() -> None:
    banks = rows("payments/data/banks.json", "banks")
    assert len(banks) == 61
    assert len({bank["bin"] for bank in banks}) == 58
    assert all(re.fullmatch(r"\d{6}", bank["bin"]) for bank in banks)


def test_producers_are_invented_and_stand_in_their_province() -> None:
    tables = {table["id"] for table in rows("demo/data/freight.json", "tables")}
    banks = {bank["bin"] for bank in rows("payments/data/banks.json", "banks") if bank["receives"]}
    homes = {unit["slug"]: unit["new_code"] for unit in old()}
    for producer in producers():
        assert producer["invented"]
        assert wards()[producer["ward"]] == producer["province"] == homes[producer["origin"]]
        assert producer["freight"] in tables
        assert producer["bank_bin"] in banks
        assert re.fullmatch(r"0[35789]\d{8}", producer["phone"])
        assert re.fullmatch(r"[A-Z0-9 ]+", producer["account_name"])
        assert re.fullmatch(r"\d{6,19}", producer["account_number"])


def test_tax_codes_pass_their_check() -> None:
    codes = {unit["slug"]: unit["code"] for unit in old()}
    for producer in producers():
        code = producer["tax_code"]
        if producer["legal_form"] in PERSONAL:
            assert re.fullmatch(rf"0{codes[producer['origin']]}[01]\d{{8}}", code)
        else:
            assert code.startswith("99")
            assert organisation_code_holds(code)


def test_what_names_a_producer_is_unique() -> None:
    for field in ("key", "slug", "tax_code", "phone", "account_number"):
        assert len({producer[field] for producer in producers()}) == len(producers())


def test_legal_forms_have_realistic_shares() -> None:
    forms = Counter(producer["legal_form"] for producer in producers())
    total = len(producers())
    assert 0.28 <= forms["cooperative"] / total <= 0.40
    assert 0.18 <= sum(forms[form] for form in COMPANIES) / total <= 0.27


def test_the_demo_accounts_have_their_producers() -> None:
    forms = {producer["key"]: producer["legal_form"] for producer in producers()}
    assert forms["quangtri"] == "cooperative"
    assert forms["caobang"] == "household_business"
    assert {forms["haiduong"], forms["namdinh"]} <= COMPANIES


def test_each_kind_is_listed_once_under_its_own_name() -> None:
    assert len(listings()) == len({listing["id"] for listing in listings()}) == 161
    assert {listing["set"] for listing in listings()} == set(range(1, 27))
    assert all(listing["kind"] in listing["name"] and listing["name_en"] for listing in listings())


def test_listings_resolve_to_producers_and_places() -> None:
    slugs = {unit["slug"] for unit in old()}
    assert {listing["producer"] for listing in listings()} == {producer["key"] for producer in producers()}
    assert all(listing["origin"] in slugs for listing in listings())


def test_prices_are_whole_and_plausible() -> None:
    for listing in listings():
        assert 1 <= len(listing["variants"]) <= 3
        for variant in listing["variants"]:
            assert variant["price_vnd"] > 0
            assert variant["price_vnd"] % 500 == 0
            tiers = [variant["price_vnd"], *(price for _, price in variant["tiers"])]
            assert tiers == sorted(tiers, reverse=True)
            assert variant["gross_g"] >= variant["weight_g"]


def test_seasons_stock_and_lots_make_sense() -> None:
    for listing in listings():
        assert set(listing["season"] or [1]) <= set(range(1, 13))
        assert listing["stock"] != "seasonal" or listing["season"]
        assert (listing["stock"] == "made_to_order") == (listing["lead_days"] is not None)
        assert all(lot["made_days_ago"] > 0 and lot["best_before_days"] > 0 for lot in listing["lots"])


def test_certificates_follow_stars_and_are_marked() -> None:
    for listing in listings():
        certificate = listing["certificate"]
        assert listing["illustrative"]
        assert (certificate is None) == (listing["star"] is None)
        if certificate:
            assert certificate["illustrative"]
            assert certificate["issuer"].startswith("Bộ" if listing["star"] == 5 else "UBND")
            assert certificate["months_ago"] < 36
    assert 10 <= sum(listing["star"] is None for listing in listings()) <= 20


def test_sets_with_rules_of_their_own_are_flagged() -> None:
    for listing in listings():
        assert listing["needs_age"] == (listing["set"] in {14, 15})
        assert listing["by_request_only"] == (listing["set"] == 26)
        assert listing["vat_percent"] in {0, 5, 8, 10}


def test_every_text_is_written_and_no_story_repeats() -> None:
    texts = ("summary_vi", "summary_en", "story_vi", "story_en", "ingredients_vi", "storage_vi", "usage_vi")
    assert all(listing[text].strip() for listing in listings() for text in texts)
    assert all(len(listing["summary_vi"]) <= 140 for listing in listings())
    stories = [entry["story_vi"] for entry in [*listings(), *producers()]]
    assert len(stories) == len(set(stories))


def test_freight_steps_rise_with_weight_and_distance() -> None:
    for table in rows("demo/data/freight.json", "tables"):
        near, region, far = (table["zones"][zone] for zone in ("same_province", "same_region", "elsewhere"))
        assert near["steps"] == sorted(near["steps"])
        assert near["steps"][0][1] < region["steps"][0][1] < far["steps"][0][1]


def test_buyers_and_reviews_resolve() -> None:
    codes = {unit["slug"]: unit["code"] for unit in today()}
    buyers = rows("demo/data/people.json", "buyers")
    assert all(wards()[buyer["ward"]] == codes[buyer["province"]] for buyer in buyers)
    kinds = {listing["id"] for listing in listings()} | {None}
    reviews = rows("demo/data/reviews.json", "reviews")
    assert all(review["kind"] in kinds and 1 <= review["rating"] <= 5 and review["text"] for review in reviews)
