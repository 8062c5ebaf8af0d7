"""The two lists of a department's desk, read page by page from the ends of index ranges: one per side and state.

They cost the same among ten and a hundred thousand agreements. Only words, and kinds or provinces that few of them
have, are looked for in all of the department's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_, union, union_all
from sqlalchemy.orm import contains_eager

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import Agreement, DepartmentReview, MonitoringCase
from marketplace.contracts.queries.agreements import holding, numbered_so
from marketplace.contracts.queries.department import STAGES, Wish, sides
from marketplace.contracts.states.agreements import RUNNING, PaperKind, Side
from marketplace.contracts.states.performing import CaseState
from marketplace.contracts.states.reviews import PENDING, ReviewState
from marketplace.core.database import db
from marketplace.core.text import fold
from marketplace.places.models import Province
from marketplace.web.paging import MOST_COUNTED, count_up_to

PER_PAGE = 20
NEWEST = (Agreement.touched_at.desc(), Agreement.id.desc())


@dataclass(frozen=True, slots=True)
class Listed:
    """One page; `next_ref` is where the next one begins. `total` is None where nobody counts, and at most 1,000."""

    items: Sequence[Any] = field(default_factory=list)
    next_ref: str = ""
    total: int | None = None
    total_is_least: bool = False


def queue_of(department: Organisation, wish: Wish, after: str = "") -> Listed:
    """Texts that wait for this department's opinion, the most urgent first."""
    review = DepartmentReview
    states = (ReviewState.OVERDUE,) if wish.is_late else PENDING
    mine = select(review.id, review.due_at).where(review.department_id == department.id)
    if narrowing := _wished(department, wish):
        mine = mine.join(review.agreement).where(*narrowing)
    if last := _review_before(department, after):
        mine = mine.where(tuple_(review.due_at, review.id) > (last.due_at, last.id))
    parts = [mine.where(review.state == one).order_by(review.due_at, review.id).limit(PER_PAGE + 1) for one in states]
    found = union_all(*(select(part.subquery()) for part in parts)).subquery()
    ordered = select(found.c.id).order_by(found.c.due_at, found.c.id).limit(PER_PAGE + 1)
    ids = list(db.session.scalars(ordered))
    whole = contains_eager(review.agreement).options(*sides())
    shown = select(review).join(review.agreement).where(review.id.in_(ids[:PER_PAGE])).options(whole)
    return _page(ids, {one.id: one for one in db.session.scalars(shown)} if ids else {})


def agreements_of(department: Organisation, wish: Wish, after: str = "") -> Listed:
    """Every paper that was shown to this department, the latest touched first."""
    ranges = _ranges(department, wish)
    last = _paper_before(department, after)
    behind = [tuple_(Agreement.touched_at, Agreement.id) < (last.touched_at, last.id)] if last else []
    parts = [one.where(*behind).order_by(*NEWEST).limit(PER_PAGE + 1) for one in ranges]
    # a paper between two organisations of the province stands in both sides' ranges: the union keeps it once
    found = union(*(select(part.subquery()) for part in parts)).subquery()
    ordered = select(found.c.id).order_by(found.c.touched_at.desc(), found.c.id.desc()).limit(PER_PAGE + 1)
    ids = list(db.session.scalars(ordered))
    shown = select(Agreement).where(Agreement.id.in_(ids[:PER_PAGE])).options(*sides())
    rows = {one.id: one for one in db.session.scalars(shown)} if ids else {}
    return _page(ids, rows, *_counted(ids, ranges, wish, after))


def partner_provinces(department: Organisation) -> list[Province]:
    """The provinces that agreements shown to this department lead to; each is looked up in an index once."""
    leads = (
        select(Agreement.id).where(_stands_on(department, side), _partner(side) == Province.id, _shown()).exists()
        for side in Side
    )
    return list(db.session.scalars(select(Province).where(or_(*leads)).order_by(Province.name)))


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits for a department, and how much runs; a figure above a thousand says no more than that."""

    waiting: int
    overdue: int
    in_force: int
    answered: int


def counts_of(department: Organisation) -> Counts:
    """The figures of the desk, in four queries."""
    owed = select(DepartmentReview.id).where(DepartmentReview.department_id == department.id)
    late = owed.where(DepartmentReview.state == ReviewState.OVERDUE)
    running = [one for state in RUNNING for one in _of_sides(department, Agreement.state == state)]
    contracts = [one.where(Agreement.paper == PaperKind.CONTRACT) for one in running]
    answers = MonitoringCase.state.in_((CaseState.ADDRESSED, CaseState.DECLINED))
    return Counts(
        waiting=_count([owed.where(DepartmentReview.state.in_(PENDING))]),
        overdue=_count([late]),
        in_force=_count([one.with_only_columns(Agreement.id).order_by(*NEWEST) for one in contracts]),
        answered=_count([select(MonitoringCase.id).where(MonitoringCase.department_id == department.id, answers)]),
    )


def _page(ids: Sequence[int], rows: dict[int, Any], total: int | None = None, is_least: bool = False) -> Listed:
    items = [rows[one] for one in ids[:PER_PAGE] if one in rows]
    return Listed(items, items[-1].ref if len(ids) > PER_PAGE and items else "", total, is_least)


# --- where a list is cut out of ---


def _ranges(department: Organisation, wish: Wish) -> list[Select[int, Any]]:
    states = [[Agreement.state == one] for one in STAGES[wish.stage]] if wish.stage else [[]]
    late = [_is_overdue(department)] if wish.is_late else []
    kind = [Agreement.kind == wish.kind] if wish.kind else []
    found = (one for state in states for one in _of_sides(department, *state, province=wish.province))
    return [one.where(*kind, *_named(department, wish.words), *late) for one in found]


def _of_sides(department: Organisation, *conditions: Any, province: str = "") -> list[Select[int, Any]]:
    """What the department sees as the seller's, and what it sees as the buyer's."""
    there = select(Province.id).where(Province.slug == province).scalar_subquery()
    seen = select(Agreement.id, Agreement.touched_at).where(_shown(), *conditions)
    return [seen.where(_stands_on(department, side), *([_partner(side) == there] if province else [])) for side in Side]


def _stands_on(department: Organisation, side: Side) -> ColumnElement[bool]:
    own = Agreement.seller_department_id if side is Side.SELLER else Agreement.buyer_department_id
    return own == department.id


def _partner(side: Side) -> Any:
    return Agreement.buyer_province_id if side is Side.SELLER else Agreement.seller_province_id


def _shown() -> ColumnElement[bool]:
    return Agreement.shown_to_departments_at.is_not(None)


def _is_overdue(department: Organisation) -> ColumnElement[bool]:
    """Looked up for each paper in the list's order: `+ 0` keeps SQLite from sorting all that is overdue instead."""
    late = DepartmentReview.state == ReviewState.OVERDUE
    mine = select(DepartmentReview.agreement_id).where(DepartmentReview.department_id == department.id, late)
    return (Agreement.id + 0).in_(mine)


def _wished(department: Organisation, wish: Wish) -> list[ColumnElement[bool]]:
    """What the queue is narrowed to."""
    kind = [Agreement.kind == wish.kind] if wish.kind else []
    there = select(Province.id).where(Province.slug == wish.province).scalar_subquery()
    leads = or_(*(and_(_stands_on(department, side), _partner(side) == there) for side in Side))
    return [*kind, *([leads] if wish.province else []), *_named(department, wish.words)]


def _named(department: Organisation, words: str) -> list[ColumnElement[bool]]:
    """By a whole ref or number, else by words, by signs of the paper's number, or by what a side is called today."""
    if not words:
        return []
    mine = or_(*(_stands_on(department, side) for side in Side)) & _shown()
    if numbered := numbered_so(words, mine):
        return [Agreement.id.in_(numbered)]
    part, folded = f"%{_literal(words)}%", f"%{_literal(fold(words).replace(' ', '-'))}%"
    names = (Organisation.name.ilike(part, escape="\\"), Organisation.slug.like(folded, escape="\\"))
    called = select(Organisation.id).where(or_(*names))
    return [or_(*holding(words), Agreement.seller_id.in_(called), Agreement.buyer_id.in_(called))]


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# --- where the page before ended ---


def _review_before(department: Organisation, ref: str) -> Any:
    if not ref:
        return None
    asked = select(DepartmentReview.due_at, DepartmentReview.id)
    mine = (DepartmentReview.ref == ref[:32]) & (DepartmentReview.department_id == department.id)
    return db.session.execute(asked.where(mine)).first()


def _paper_before(department: Organisation, ref: str) -> Any:
    if not ref:
        return None
    mine = or_(*(_stands_on(department, side) for side in Side)) & _shown()
    return db.session.execute(select(Agreement.touched_at, Agreement.id).where(Agreement.ref == ref[:32], mine)).first()


# --- how many ---


def _counted(ids: Sequence[int], ranges: list[Select[int, Any]], wish: Wish, after: str) -> tuple[int | None, bool]:
    """A list that fits a page is counted already; what words find and what is overdue is not counted beyond it."""
    if not after and len(ids) <= PER_PAGE:
        return len(ids), False
    if wish.words or wish.is_late:
        return None, False
    # in the list's order, so that the same index is counted that the list is read from
    found = _count([one.with_only_columns(Agreement.id).order_by(*NEWEST) for one in ranges])
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def _count(found: Sequence[Select[int]]) -> int:
    """As many as there are, up to one more than a thousand."""
    return count_up_to(MOST_COUNTED + 1, *found)
