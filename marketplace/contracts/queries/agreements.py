"""Lists of agreements as one side sees them: what waits for her first, then what runs, then what has ended.

Each list is cut out of one index per side and state, so that it costs the same among ten and a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_, union_all
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Agreement, Quote, Request
from marketplace.contracts.policies.agreements import visible_to
from marketplace.contracts.states.agreements import (
    BEFORE_ACTIVE,
    RUNNING,
    TERMINAL,
    AgreementKind,
    AgreementState,
    PaperKind,
    Side,
    Turn,
)
from marketplace.contracts.states.sourcing import QuoteState
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled
from marketplace.core.tax_codes import is_personal
from marketplace.core.text import fold

PER_PAGE = 20
MOST_COUNTED = 100
PARTNERS = 12
# the states in which somebody's answer is awaited
WITH_TURNS = (AgreementState.DRAFT, AgreementState.NEGOTIATING, AgreementState.SIGNING)


class Tab(Labelled):
    """Which agreements a list shows."""

    MINE = "mine", _l("Your turn")
    OPEN = "open", _l("Under way")
    RUNNING = "running", _l("In force")
    ENDED = "ended", _l("Ended")
    ALL = "all", _l("All of them")


STATES = {Tab.OPEN: BEFORE_ACTIVE, Tab.RUNNING: RUNNING, Tab.ENDED: TERMINAL, Tab.ALL: tuple(AgreementState)}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see: a tab, kinds, words, and after which ref the page goes on."""

    tab: Tab
    kinds: tuple[AgreementKind, ...] = ()
    words: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list; `next_ref` is where the next one begins, empty where there is none."""

    items: Sequence[Agreement] = field(default_factory=list)
    next_ref: str = ""


def listed(actor: Actor, wish: Wish) -> Listed:
    """The agreements that an actor's organisation has a part in, the newest step first; her turns by their deadline."""
    if actor.organisation_id is None:
        return Listed()
    ids = _ids(actor.organisation_id, wish, _key_of(actor, wish.after))
    if not ids:
        return Listed()
    loaded = joinedload(Agreement.seller), joinedload(Agreement.buyer), joinedload(Agreement.belongs_to)
    shown = select(Agreement).where(Agreement.id.in_(ids[:PER_PAGE]), visible_to(actor)).options(*loaded)
    rows = {one.id: one for one in db.session.scalars(shown)}
    found = [rows[one] for one in ids[:PER_PAGE] if one in rows]
    return Listed(found, found[-1].ref if len(ids) > PER_PAGE and found else "")


def count_of_turns(actor: Actor) -> int:
    """How many papers wait for the actor's own organisation; counted up to a hundred."""
    if actor.organisation_id is None:
        return 0
    parts = [_of_side(actor.organisation_id, side, Wish(Tab.MINE), (state,)) for side in Side for state in WITH_TURNS]
    waiting = union_all(*(select(one.limit(MOST_COUNTED).subquery()) for one in parts)).subquery()
    return min(MOST_COUNTED, db.session.scalar(select(func.count()).select_from(waiting)) or 0)


def _ids(own: int, wish: Wish, key: tuple[Any, int] | None) -> list[int]:
    """Ids of one page and one more, read from the ends of a few index ranges and put together."""
    states = WITH_TURNS if wish.tab is Tab.MINE else STATES[wish.tab]
    parts = [_cut(_of_side(own, side, wish, (state,)), wish, key) for side in Side for state in states]
    found = union_all(*(select(part.subquery()) for part in parts)).subquery()
    order = (found.c.due_at.is_(None), found.c.due_at, found.c.id) if wish.tab is Tab.MINE else None
    newest = (found.c.touched_at.desc(), found.c.id.desc())
    return list(db.session.scalars(select(found.c.id).order_by(*(order or newest)).limit(PER_PAGE + 1)))


def _cut(part: Any, wish: Wish, key: tuple[Any, int] | None) -> Any:
    if wish.tab is Tab.MINE:
        return part.order_by(Agreement.due_at, Agreement.id).limit(MOST_COUNTED)
    if key is not None:
        part = part.where(tuple_(Agreement.touched_at, Agreement.id) < key)
    return part.order_by(Agreement.touched_at.desc(), Agreement.id.desc()).limit(PER_PAGE + 1)


def _of_side(own: int, side: Side, wish: Wish, states: tuple[AgreementState, ...]) -> Any:
    where = [_stands_on(own, side), Agreement.state.in_(states), _shown_to(side)]
    if wish.tab is Tab.MINE:
        where.append(Agreement.turn.in_((Turn(side.value), Turn.BOTH)))
    else:
        where.append(Agreement.paper == PaperKind.CONTRACT)
    if wish.kinds:
        where.append(Agreement.kind.in_(wish.kinds))
    return select(Agreement.id, Agreement.touched_at, Agreement.due_at).where(*where, *_holds(wish.words))


def _stands_on(own: int, side: Side) -> ColumnElement[bool]:
    return (Agreement.seller_id if side is Side.SELLER else Agreement.buyer_id) == own


def _shown_to(side: Side) -> ColumnElement[bool]:
    """A draft that was never sent is its maker's only."""
    return or_(Agreement.last_version > 0, Agreement.made_by == side)


def _holds(words: str) -> list[ColumnElement[bool]]:
    wanted = fold(words).split()
    held = and_(*(Agreement.search_text.contains(word, autoescape=True) for word in wanted)) if wanted else None
    number = Agreement.paper_number.contains(words, autoescape=True)
    return [or_(held, number)] if held is not None else []


def _key_of(actor: Actor, ref: str) -> tuple[Any, int] | None:
    """Where the page before ended; an unknown ref begins at the top."""
    if not ref:
        return None
    asked = select(Agreement.touched_at, Agreement.id).where(Agreement.ref == ref[:32], visible_to(actor))
    found = db.session.execute(asked).first()
    return (found.touched_at, found.id) if found else None


def later_papers_of(agreement: Agreement) -> list[Agreement]:
    """Annexes and minutes of a contract in their order."""
    mine = select(Agreement).where(Agreement.belongs_to_id == agreement.id)
    return list(db.session.scalars(mine.order_by(Agreement.created_at, Agreement.id)))


# --- beginning a new one ---


def partners_found(actor: Actor, words: str, *, of_buyer: bool) -> list[Organisation]:
    """Verified organisations that may stand on the other side, whose name, tax code or ref holds the words."""
    kinds = (OrganisationKind.PRODUCER,) if of_buyer else (OrganisationKind.BUYER, OrganisationKind.PRODUCER)
    asked = select(Organisation).where(
        Organisation.kind.in_(kinds),
        Organisation.state == OrganisationState.VERIFIED,
        Organisation.id != actor.organisation_id,
    )
    wanted = fold(words).split()
    buyers_first = (Organisation.kind == OrganisationKind.PRODUCER) if not of_buyer else Organisation.name
    found = db.session.scalars(
        asked.options(joinedload(Organisation.province)).order_by(buyers_first, Organisation.name)
    )
    fit = (one for one in found if all(word in _text_of(one) for word in wanted))
    return [one for one, _number in zip(fit, range(PARTNERS), strict=False)]


def _text_of(one: Organisation) -> str:
    """What an organisation is found by; a person's own number could be guessed digit by digit."""
    code = "" if is_personal(one.tax_code) else one.tax_code or ""
    return fold(f"{one.name} {one.legal_name} {code} {one.ref} {one.province.name}")


def quotes_to_start_from(actor: Actor) -> list[Quote]:
    """Accepted quotes of the actor's organisation that no agreement was made of yet."""
    own = actor.organisation_id
    made = select(Agreement.quote_id).where(Agreement.quote_id.is_not(None))
    mine = or_(Quote.seller_id == own, Request.buyer_id == own)
    asked = select(Quote).join(Quote.request).where(mine, Quote.state == QuoteState.ACCEPTED, Quote.id.not_in(made))
    loaded = joinedload(Quote.request).joinedload(Request.buyer), joinedload(Quote.seller)
    return list(db.session.scalars(asked.options(*loaded).order_by(Quote.id.desc()).limit(PARTNERS)))


def frameworks_in_force(actor: Actor) -> list[Agreement]:
    """Framework agreements under which the actor's organisation may make a sale contract."""
    asked = select(Agreement).where(
        visible_to(actor),
        Agreement.kind == AgreementKind.FRAMEWORK,
        Agreement.paper == PaperKind.CONTRACT,
        Agreement.state == AgreementState.ACTIVE,
    )
    loaded = joinedload(Agreement.seller), joinedload(Agreement.buyer)
    return list(db.session.scalars(asked.options(*loaded).order_by(Agreement.id.desc()).limit(PARTNERS)))
