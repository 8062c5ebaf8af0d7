"""Agreements in bulk: both sides from all provinces, one buyer with a tenth of them, one department with a third."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

SEED, BATCH, ORGANISATIONS = 2028, 5000, 500
BUYER, OFFICER = "supermarket@demo.example", "sct.quangninh@demo.example"
HOME = "quang-ninh"
# of a hundred agreements that many stand in each state; much is under way, so that each tab fills a page of a thousand
SHARES = {
    "draft": 12, "negotiating": 24, "in_review": 12, "ready": 1, "signing": 8, "active": 22, "winding_down": 1,
    "completed": 9, "expired": 3, "terminated": 3, "cancelled": 5,
}  # fmt: skip
KINDS = {"sale": 46, "framework": 24, "distribution": 24, "mou": 6}
GOODS = ("gạo Đông Xuân", "chè shan tuyết", "mật ong rừng", "miến dong", "bánh đậu xanh", "cà phê", "nước mắm", "bưởi")
# words that stand in the title of the oldest agreement only
RARE = "Trầm hương"
TURNS = {"in_review": "departments", "ready": "system", "active": "both", "winding_down": "both"}
SHOWN = ("in_review", "ready", "signing", "active", "winding_down", "completed", "expired", "terminated")


@dataclass(frozen=True)
class Party:
    """An organisation as an agreement keeps it."""

    id: int
    name: str
    province_id: int
    department_id: int | None


@dataclass(frozen=True)
class Ground:
    """Who makes agreements with whom."""

    buyer: Party
    producers: list[Party]
    buyers: list[Party]
    at_home: tuple[list[Party], list[Party]]


def fill(url: str, folder: str, count: int) -> int:
    """So many agreements more, with their texts and opinions; runs in a process of its own."""
    from bench.inside import application
    from marketplace.core.database import gather_statistics, writing

    with application(url, folder).app_context():
        add(count)
        with writing():
            gather_statistics()
    return count


def add(count: int) -> None:
    """Write them in batches, the oldest first."""
    from marketplace.core.database import db, writing

    with writing():
        ground = _ground()
    chance = Random(SEED)
    states, first = _mixed(SHARES, chance), _after_last()
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with writing():
            _write([_agreement(number, count, states, ground, chance) for number in numbers], first + start)
        db.session.expunge_all()
    with writing():
        _number_on()


def _mixed(shares: dict[str, int], chance: Random) -> list[str]:
    mixed = [name for name, share in shares.items() for _ in range(share)]
    chance.shuffle(mixed)
    return mixed


# --- the two sides ---


def _ground() -> Ground:
    from sqlalchemy import select

    from marketplace.accounts.models import Organisation
    from marketplace.core.actors import OrganisationKind
    from marketplace.core.database import db
    from marketplace.places.models import Province

    provinces = list(db.session.scalars(select(Province).where(Province.successor_id.is_(None)).order_by(Province.id)))
    offices = select(Organisation.province_id, Organisation.id).where(Organisation.kind == OrganisationKind.DEPARTMENT)
    departments = dict(db.session.execute(offices).all())
    made = _organisations(provinces)
    parties = [Party(one, row["name"], row["province_id"], departments.get(row["province_id"])) for one, row in made]
    producers, buyers = parties[: ORGANISATIONS * 4 // 5], parties[ORGANISATIONS * 4 // 5 :]
    home = next(one.id for one in provinces if one.slug == HOME)
    at_home = tuple([one for one in each if one.province_id == home] for each in (producers, buyers))
    known = organisation_of(BUYER)
    mine = Party(known.id, known.name, known.province_id, departments[known.province_id])
    return Ground(mine, producers, buyers, (at_home[0], at_home[1]))


def _organisations(provinces: Sequence[Any]) -> list[tuple[int, dict[str, Any]]]:
    """Producers and buyers of every province in turn."""
    from marketplace.accounts.models import Organisation

    rows = [_organisation(number, provinces[number % len(provinces)]) for number in range(ORGANISATIONS)]
    return list(zip(_inserted(Organisation, rows), rows, strict=True))


def _organisation(number: int, province: Any) -> dict[str, Any]:
    is_producer = number < ORGANISATIONS * 4 // 5
    name = f"{'Hợp tác xã' if is_producer else 'Siêu thị'} {province.name} {number}"
    return {
        "ref": f"TC-2024-{number:06d}",
        "slug": f"bulk-{number}",
        "kind": "producer" if is_producer else "buyer",
        "legal_form": "cooperative" if is_producer else "jsc",
        "name": name,
        "legal_name": name,
        "representative": "Người minh họa",
        "street": f"Số {number}",
        "province_id": province.id,
        "state": "verified",
        "is_illustrative": True,
    }


def organisation_of(email: str) -> Any:
    """For whom a person acts."""
    from sqlalchemy import select

    from marketplace.accounts.models import Person
    from marketplace.core.database import db

    return db.session.scalars(select(Person).where(Person.email == email)).one().memberships[0].organisation


def _sides(number: int, ground: Ground, chance: Random) -> tuple[Party, Party]:
    """A tenth is the known buyer's, two tenths have another side in its province."""
    share = number % 10
    if share == 0:
        return chance.choice(ground.producers), ground.buyer
    if share in (1, 2):
        return _at_home(share, ground, chance)
    return chance.choice(ground.producers), chance.choice(ground.buyers)


def _at_home(share: int, ground: Ground, chance: Random) -> tuple[Party, Party]:
    producers, buyers = ground.at_home
    if share == 1:
        return chance.choice(producers), chance.choice(ground.buyers)
    return chance.choice(ground.producers), chance.choice(buyers)


# --- agreements ---


def _agreement(number: int, count: int, states: list[str], ground: Ground, chance: Random) -> dict[str, Any]:
    from marketplace.core import clock
    from marketplace.core.text import fold

    seller, buyer = _sides(number, ground, chance)
    state, now = states[number // 10 % len(states)], clock.now()
    made_by = "buyer" if number // 10 % 3 == 0 else "seller"
    made = now - timedelta(days=900) * (count - number) / count
    touched = made + timedelta(days=chance.uniform(0.1, 60))
    ref = f"HD-2024-{number:06d}"
    title = f"Hợp đồng {chance.choice(GOODS)} số {number}" if number else f"Hợp đồng {RARE}"
    is_shown, is_over = state in SHOWN, state in ("completed", "expired", "terminated", "cancelled")
    is_running = state in ("active", "winding_down")
    return {
        "ref": ref,
        "kind": chance.choices([*KINDS], [*KINDS.values()])[0],
        "paper": "contract",
        "title": title,
        "state": state,
        "turn": _turn(state, made_by, number),
        "due_at": None if is_over or is_running else now + timedelta(days=chance.uniform(-2, 10)),
        "seller_id": seller.id,
        "buyer_id": buyer.id,
        "made_by": made_by,
        "seller_province_id": seller.province_id,
        "buyer_province_id": buyer.province_id,
        "seller_department_id": seller.department_id,
        "buyer_department_id": buyer.department_id,
        "review_policy": "required",
        "evidence": "L2",
        "policy": {"answer_days": 10},
        "last_version": 0 if state == "draft" else 1,
        "last_side": None if state == "draft" else made_by,
        "active_version": 1 if is_running or (is_over and is_shown) else None,
        "paper_number": f"{number}/2024/HĐMB" if is_shown and state not in ("in_review", "ready") else "",
        "search_text": fold(f"{ref} {title} {seller.name} {buyer.name}"),
        "value_vnd": 1_000_000 * chance.randint(5, 900),
        "valid_from": touched.date(),
        "valid_to": (touched + timedelta(days=700)).date(),
        "shown_to_departments_at": touched if is_shown else None,
        "created_at": made,
        "touched_at": min(touched, now),
    }


def _turn(state: str, made_by: str, number: int) -> str:
    if state == "draft":
        return made_by
    if state in ("negotiating", "signing"):
        return ("seller", "buyer", "buyer")[number // 10 % 3]
    return {"in_review": "departments", "ready": "system", "active": "both", "winding_down": "both"}.get(
        state, "nobody"
    )


def _write(rows: list[dict[str, Any]], first: int) -> None:
    """An agreement and its one text have the same number: inserting needs no answers."""
    from marketplace.contracts.models import Agreement, DepartmentReview, TermsVersion

    numbered = list(enumerate(rows, first))
    _insert(Agreement, [{"id": one, **row} for one, row in numbered])
    _insert(TermsVersion, [_version(one, row) for one, row in numbered if row["last_version"]])
    shown = (_reviews(one, row) for one, row in numbered if row["state"] in SHOWN)
    _insert(DepartmentReview, [review for reviews in shown for review in reviews])


def _after_last() -> int:
    """A number that neither an agreement nor a text has."""
    from sqlalchemy import func, select

    from marketplace.contracts.models import Agreement, TermsVersion
    from marketplace.core.database import db

    lasts = (db.session.scalar(select(func.max(kind.id))) or 0 for kind in (Agreement, TermsVersion))
    found = max(lasts) + 1
    db.session.rollback()
    return found


def _number_on() -> None:
    """PostgreSQL counts on behind the numbers that were given."""
    from sqlalchemy import text

    from marketplace.core.database import db

    if db.engine.dialect.name == "postgresql":
        for table in ("agreements", "terms_versions"):
            last = f"(SELECT max(id) FROM {table})"
            db.session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})"))


def _version(agreement_id: int, row: dict[str, Any]) -> dict[str, Any]:
    canonical = f'{{"ref":"{row["ref"]}","schema":1}}'
    return {
        "id": agreement_id,
        "agreement_id": agreement_id,
        "number": 1,
        "side": row["made_by"],
        "canonical": canonical,
        "sha256": hashlib.sha256(canonical.encode()).hexdigest(),
        "patch": [],
        "sent_at": row["touched_at"],
    }


def _reviews(agreement_id: int, row: dict[str, Any]) -> list[dict[str, Any]]:
    """What each department says, once where both sides lie in one province; one in five is late."""
    by_department = {row[f"{side}_department_id"]: row[f"{side}_province_id"] for side in ("seller", "buyer")}
    is_asked, is_late = row["state"] == "in_review", agreement_id % 5 == 0
    return [
        {
            "ref": f"YK-{row['ref'][3:]}-{place}",
            "agreement_id": agreement_id,
            "version_id": agreement_id,
            "sha256": "0" * 64,
            "department_id": department,
            "province_id": province,
            "state": ("overdue" if is_late else "waiting") if is_asked else "approved",
            "due_at": row["due_at"] or row["touched_at"],
        }
        for place, (department, province) in enumerate(by_department.items())
        if department is not None
    ]


def _inserted(kind: Any, found: Sequence[dict[str, Any]]) -> list[int]:
    """The ids of the new rows, in their order."""
    from sqlalchemy import insert

    from marketplace.core.database import db

    statement = insert(kind.__table__).returning(kind.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, found)) if found else []


def _insert(kind: Any, found: Sequence[dict[str, Any]]) -> None:
    from sqlalchemy import insert

    from marketplace.core.database import db

    if found:
        db.session.execute(insert(kind.__table__), found)
