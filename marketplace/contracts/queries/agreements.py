"""Lists of agreements as one side sees them: what waits for her first, then what runs, then what has ended.

Each list is cut out of one index per side and state, so that it costs the same among ten and a hundred thousand. Only
words that few of her agreements hold are looked for in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_, union_all
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Agreement, Award, Quote, Request
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
from marketplace.web.paging import count_up_to

PER_PAGE = 20
MOST_COUNTED = 100
PARTNERS = 12
FIRST_PARTNERS = 8
# the states in which somebody's answer is awaited; a draft waits for nobody but its maker
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
    last, numbered = _row_of(actor, wish.after), numbered_so(wish.words, visible_to(actor))
    found = _turns if wish.tab is Tab.MINE else _newest
    ids = found(actor.organisation_id, wish, last, numbered)
    if not ids:
        return Listed()
    loaded = joinedload(Agreement.seller), joinedload(Agreement.buyer), joinedload(Agreement.belongs_to)
    shown = select(Agreement).where(Agreement.id.in_(ids[:PER_PAGE]), visible_to(actor)).options(*loaded)
    rows = {one.id: one for one in db.session.scalars(shown)}
    items = [rows[one] for one in ids[:PER_PAGE] if one in rows]
    return Listed(items, items[-1].ref if len(ids) > PER_PAGE and items else "")


def count_of_turns(actor: Actor) -> int:
    """How many papers wait for the actor's own organisation; counted up to a hundred."""
    if actor.organisation_id is None:
        return 0
    return count_up_to(MOST_COUNTED, *_waiting(actor.organisation_id, Wish(Tab.MINE), ()))


def numbered_so(words: str, scope: ColumnElement[bool]) -> tuple[int, ...]:
    """Whole numbers are found by index: the papers of a scope with this ref or this paper's number."""
    if not any(sign.isdigit() for sign in words):
        return ()
    named = or_(Agreement.ref == words.upper(), Agreement.paper_number == words)
    return tuple(db.session.scalars(select(Agreement.id).where(named, scope).limit(PER_PAGE)))


def _newest(own: int, wish: Wish, last: Any, numbered: Sequence[int]) -> list[int]:
    """Ids of one page and one more, read from the ends of a few index ranges and put together."""
    order = (Agreement.touched_at.desc(), Agreement.id.desc())
    behind = [tuple_(Agreement.touched_at, Agreement.id) < (last.touched_at, last.id)] if last else []
    parts = [part.where(*behind).order_by(*order) for part in _touched(own, wish, numbered)]
    return _merged(parts, lambda found: (found.c.touched_at.desc(), found.c.id.desc()))


def _touched(own: int, wish: Wish, numbered: Sequence[int]) -> list[Select[int, Any]]:
    """The contracts of each side, of each state where the list has not all of them."""
    states = [()] if wish.tab is Tab.ALL else [(Agreement.state == one,) for one in STATES[wish.tab]]
    contract = Agreement.paper == PaperKind.CONTRACT
    asked = select(Agreement.id, Agreement.touched_at).where(contract, *_wanted(wish, numbered))
    return [asked.where(_stands_on(own, side), *state, _shown_to(side)) for side in Side for state in states]


def _turns(own: int, wish: Wish, last: Any, numbered: Sequence[int]) -> list[int]:
    """Those with a deadline by its day, then those without one by their age."""
    parts, found = _waiting(own, wish, numbered), list[int]()
    if last is None or last.due_at is not None:
        behind = [tuple_(Agreement.due_at, Agreement.id) > (last.due_at, last.id)] if last else []
        dated = (part.where(Agreement.due_at.is_not(None), *behind) for part in parts)
        ordered = [part.order_by(Agreement.due_at, Agreement.id) for part in dated]
        found = _merged(ordered, lambda found: (found.c.due_at, found.c.id))
    if len(found) <= PER_PAGE:
        behind = [Agreement.id > last.id] if last and last.due_at is None else []
        undated = (part.where(Agreement.due_at.is_(None), *behind) for part in parts)
        found += _merged([part.order_by(Agreement.id) for part in undated], lambda found: (found.c.id,))
    return found[: PER_PAGE + 1]


def _waiting(own: int, wish: Wish, numbered: Sequence[int]) -> list[Select[int, Any]]:
    """What waits for an organisation: whoever has the turn sees the paper, so nothing else is asked of it."""
    asked = select(Agreement.id, Agreement.due_at).where(*_wanted(wish, numbered))
    return [
        asked.where(_stands_on(own, side), Agreement.state == state, Agreement.turn == turn)
        for side in Side
        for state in WITH_TURNS
        for turn in ((Turn(side.value),) if state is AgreementState.DRAFT else (Turn(side.value), Turn.BOTH))
    ]


def _merged(parts: Sequence[Select[int, Any]], order: Callable[[Any], tuple[Any, ...]]) -> list[int]:
    found = union_all(*(select(part.limit(PER_PAGE + 1).subquery()) for part in parts)).subquery()
    return list(db.session.scalars(select(found.c.id).order_by(*order(found)).limit(PER_PAGE + 1)))


def _stands_on(own: int, side: Side) -> ColumnElement[bool]:
    return (Agreement.seller_id if side is Side.SELLER else Agreement.buyer_id) == own


def _shown_to(side: Side) -> ColumnElement[bool]:
    """A draft that was never sent is its maker's only."""
    return or_(Agreement.last_version > 0, Agreement.made_by == side)


def _wanted(wish: Wish, numbered: Sequence[int]) -> list[ColumnElement[bool]]:
    kinds = [Agreement.kind.in_(wish.kinds)] if wish.kinds else []
    return [*kinds, *([Agreement.id.in_(numbered)] if numbered else holding(wish.words))]


def holding(words: str) -> list[ColumnElement[bool]]:
    """Papers that hold all words in their ref, title or names, or these signs in their number."""
    wanted = fold(words).split()
    held = and_(*(Agreement.search_text.contains(word, autoescape=True) for word in wanted)) if wanted else None
    number = Agreement.paper_number.contains(words, autoescape=True)
    return [or_(held, number)] if held is not None else []


def _row_of(actor: Actor, ref: str) -> Any:
    """Where the page before ended; an unknown ref begins at the top."""
    if not ref:
        return None
    asked = select(Agreement.touched_at, Agreement.due_at, Agreement.id)
    return db.session.execute(asked.where(Agreement.ref == ref[:32], visible_to(actor))).first()


def later_papers_of(agreement: Agreement) -> list[Agreement]:
    """Annexes and minutes of a contract in their order."""
    mine = select(Agreement).where(Agreement.belongs_to_id == agreement.id)
    return list(db.session.scalars(mine.order_by(Agreement.created_at, Agreement.id)))


# --- beginning a new one ---


def partners_found(actor: Actor, words: str, *, of_buyer: bool) -> list[Organisation]:
    """Verified organisations that may stand on the other side, whose name, tax code or ref holds the words.

    Those with whom there is a contract already come first.
    """
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
    known = _known_to(actor, of_buyer=of_buyer)
    fit = sorted((one for one in found if all(word in _text_of(one) for word in wanted)), key=_not_in(known))
    return fit[: PARTNERS if wanted else FIRST_PARTNERS]


def partner_named(actor: Actor, name: str, *, of_buyer: bool) -> Organisation | None:
    """The other side by its ref, or as its shop is called in addresses.

    Only whom the list of partners may show, or with whom the actor's organisation has had to do already: every other
    one is as if it were not there, so that nobody learns by trying refs who waits or is suspended.
    """
    found = db.session.scalar(select(Organisation).where(or_(Organisation.ref == name, Organisation.slug == name)))
    if found is None or found.id == actor.organisation_id:
        return found
    kinds = (OrganisationKind.PRODUCER,) if of_buyer else (OrganisationKind.BUYER, OrganisationKind.PRODUCER)
    is_listed = found.state is OrganisationState.VERIFIED and found.kind in kinds
    return found if is_listed or _has_dealt_with(actor, found) else None


def _has_dealt_with(actor: Actor, other: Organisation) -> bool:
    """A paper that was sent, or a quote, stands between the two."""
    if other.id in _known_to(actor, of_buyer=True) | _known_to(actor, of_buyer=False):
        return True
    sides = (Quote.seller_id, Request.buyer_id), (Request.buyer_id, Quote.seller_id)
    between = or_(*(and_(one == actor.organisation_id, across == other.id) for one, across in sides))
    return db.session.scalar(select(Quote.id).join(Quote.request).where(between).limit(1)) is not None


def _known_to(actor: Actor, *, of_buyer: bool) -> set[int]:
    """With whom the actor's organisation has ever made a paper, on this side."""
    own, across = (Agreement.buyer_id, Agreement.seller_id) if of_buyer else (Agreement.seller_id, Agreement.buyer_id)
    made = select(across).where(own == actor.organisation_id, Agreement.last_version > 0).distinct()
    return set(db.session.scalars(made))


def _not_in(known: set[int]) -> Callable[[Organisation], bool]:
    return lambda one: one.id not in known


def _text_of(one: Organisation) -> str:
    """What an organisation is found by; a person's own number could be guessed digit by digit."""
    code = "" if is_personal(one.tax_code) else one.tax_code or ""
    return fold(f"{one.name} {one.legal_name} {code} {one.ref} {one.province.name}")


def quotes_to_start_from(actor: Actor) -> list[Quote]:
    """Accepted quotes of the actor's organisation of which nothing was made yet, the newest of them."""
    loaded = joinedload(Quote.request).joinedload(Request.buyer), joinedload(Quote.seller)
    return list(db.session.scalars(_unused(actor).options(*loaded).order_by(Quote.id.desc()).limit(PARTNERS)))


def quote_between(actor: Actor, ref: str, seller: Organisation, buyer: Organisation) -> Quote | None:
    """One of them by its ref, where it is these two's."""
    theirs = (Quote.seller_id == seller.id) & (Request.buyer_id == buyer.id)
    return db.session.scalar(_unused(actor).where(Quote.ref == ref[:32], theirs))


def _unused(actor: Actor) -> Select[Quote]:
    """Accepted quotes of an actor's organisation of which neither an order nor an agreement was made yet."""
    own = actor.organisation_id
    made = select(Agreement.quote_id).where(Agreement.quote_id.is_not(None))
    used = select(Award.quote_id).where(Award.became != "")
    open_ones = and_(Quote.state == QuoteState.ACCEPTED, Quote.id.not_in(made), Quote.id.not_in(used))
    return select(Quote).join(Quote.request).where(or_(Quote.seller_id == own, Request.buyer_id == own), open_ones)


def frameworks_in_force(actor: Actor) -> list[Agreement]:
    """Framework agreements under which the actor's organisation may make a sale contract, the newest of them."""
    loaded = joinedload(Agreement.seller), joinedload(Agreement.buyer)
    return list(db.session.scalars(_frameworks(actor).options(*loaded).order_by(Agreement.id.desc()).limit(PARTNERS)))


def framework_between(actor: Actor, ref: str, seller: Organisation, buyer: Organisation) -> Agreement | None:
    """One of them by its ref, where it is these two's."""
    theirs = (Agreement.seller_id == seller.id) & (Agreement.buyer_id == buyer.id)
    return db.session.scalar(_frameworks(actor).where(Agreement.ref == ref[:32], theirs))


def _frameworks(actor: Actor) -> Select[Agreement]:
    return select(Agreement).where(
        visible_to(actor),
        Agreement.kind == AgreementKind.FRAMEWORK,
        Agreement.paper == PaperKind.CONTRACT,
        Agreement.state == AgreementState.ACTIVE,
    )
