"""New terms: blank ones of a kind, a line, a day of delivery, a clause from the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from marketplace.contracts.states.agreements import AgreementKind, PaperKind, Side
from marketplace.contracts.terms.texts import title_of

SCHEMA = 1


class ModelText(Protocol):
    """What terms need to know of a clause of the library."""

    key: str
    version: int
    title: str
    text: str
    is_mandatory: bool


def blank(kind: AgreementKind, paper: PaperKind, library: Iterable[ModelText] = ()) -> dict[str, Any]:
    """Terms with every field there and nothing said yet; with the mandatory clauses of a library where one is given."""
    return {
        "schema": SCHEMA,
        "kind": kind.value,
        "paper": paper.value,
        "title": title_of(kind, paper),
        "parties": {side.value: blank_party() for side in Side},
        "lines": [],
        "totals": {"goods_vnd": 0, "vat_vnd": 0, "total_vnd": 0},
        "price_rule": {"kind": "fixed", "percent": 0, "note": ""},
        "schedule": [],
        "delivery": {"place": "", "terms": "included", "freight_vnd": 0, "loss_percent": 0, "packaging": ""},
        "payment": {"days": 15, "deposit_percent": 0, "late_interest_percent": "10"},
        "penalty": {"percent": 8},
        "term": {"valid_from": None, "valid_to": None},
        "law": {"settlement": "court", "place": "", "copies": 4},
        "clauses": [clause_of(one) for one in library if one.is_mandatory],
        "references": blank_references(),
    }


def blank_references() -> dict[str, Any]:
    """No other paper is named."""
    return dict.fromkeys(("parent", "prior", "contract", "rationale", "amends_version"))


def blank_party() -> dict[str, Any]:
    """A side of which nothing is known."""
    names = ("ref", "legal_name", "legal_form", "tax_code", "address")
    people = ("representative", "title", "phone", "email")
    return {**dict.fromkeys(names, ""), "province": {"code": "", "name": ""}, **dict.fromkeys(people, ""), "bank": None}


def blank_line(key: str, **known: Any) -> dict[str, Any]:
    """A line of goods with one unit and no price; `known` fills its fields."""
    words = {"sku": None, "product": "", "pack": "", "unit": "", "star": None, "certificate": None, "quality": ""}
    figures = {"quantity": "1", "tolerance_percent": 0, "price_vnd": 0, "vat_percent": 0, "amount_vnd": 0}
    return {"key": key, **words, **figures, **known}


def next_key(lines: Sequence[Mapping[str, Any]]) -> str:
    """The key of one more line; keys are never used again while a higher one is there."""
    taken = [int(line["key"][1:]) for line in lines if str(line["key"])[1:].isdigit()]
    return f"L{max(taken, default=0) + 1}"


def clause_of(model: ModelText) -> dict[str, Any]:
    """A clause of the library as it stands in terms."""
    known = {"key": model.key, "title": model.title, "text": model.text}
    return {**known, "source": "template", "version": model.version}


def own_clause(key: str, title: str, text: str) -> dict[str, Any]:
    """A clause that the sides wrote themselves."""
    return {"key": key, "title": title, "text": text, "source": "custom", "version": None}


def next_clause_key(clauses: Sequence[Mapping[str, Any]]) -> str:
    """The key of one more clause of the sides' own: own-1, own-2 …"""
    taken = [int(one["key"][4:]) for one in clauses if one["key"].startswith("own-") and one["key"][4:].isdigit()]
    return f"own-{max(taken, default=0) + 1}"
