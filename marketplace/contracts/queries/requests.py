"""Requests as their buyer and the producers that she asks read them, and whom she may ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import Product
from marketplace.catalogue.queries import visible
from marketplace.contracts.models import Agreement, Quote, Request, RequestInvitation, RequestLine
from marketplace.contracts.queries.quotes import own_quotes
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import Audience, QuoteState, RequestState
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.core.text import clean, fold
from marketplace.orders.models import Order, Purchase

# producers that one request may be sent to
MOST_ASKED = 300
# what still runs, for the first tab of a list
RUNNING = (RequestState.DRAFT, RequestState.OPEN, RequestState.CLOSED)
OVER = (RequestState.AWARDED, RequestState.WITHDRAWN)

_WHOLE = (
    joinedload(Request.buyer).joinedload(Organisation.province),
    joinedload(Request.province),
    selectinload(Request.lines).options(
        joinedload(RequestLine.product), joinedload(RequestLine.variant), joinedload(RequestLine.product_set)
    ),
)


def request_by_ref(ref: str) -> Request | None:
    """The request with this ref, with its lines."""
    return db.session.scalar(select(Request).where(Request.ref == ref[:32]).options(*_WHOLE))


def request_with_token(token: str) -> Request | None:
    """The request that a form has made already."""
    return db.session.scalar(select(Request).where(Request.token == token)) if token else None


def is_party(request_id: int, seller_id: int) -> bool:
    """Whether a producer was asked by name or has quoted; one query."""
    asked = select(RequestInvitation.id).where(
        RequestInvitation.request_id == request_id, RequestInvitation.seller_id == seller_id
    )
    quoted = select(Quote.id).where(Quote.request_id == request_id, Quote.seller_id == seller_id)
    return db.session.scalar(select(or_(asked.exists(), quoted.exists()))) or False


def invitation_of(request_id: int, seller_id: int) -> RequestInvitation | None:
    """How a producer was asked, if she was."""
    mine = (RequestInvitation.request_id == request_id) & (RequestInvitation.seller_id == seller_id)
    return db.session.scalar(select(RequestInvitation).where(mine))


def invited(request: Request) -> list[RequestInvitation]:
    """Everyone who was asked, with name and province, in the order of their names."""
    mine = select(RequestInvitation).join(RequestInvitation.seller).where(RequestInvitation.request_id == request.id)
    whole = joinedload(RequestInvitation.seller).joinedload(Organisation.province)
    found = db.session.scalars(mine.options(whole))
    return sorted(found, key=lambda one: fold(one.seller.name))


# --- lists ---


def sent_by(buyer_id: int, *, over: bool = False) -> Select[Request]:
    """A buyer's requests, the newest first: those that run, or those that are over."""
    mine = select(Request).where(Request.buyer_id == buyer_id, Request.state.in_(OVER if over else RUNNING))
    return mine.options(*_WHOLE).order_by(Request.created_at.desc(), Request.id.desc())


def drafts_of(buyer_id: int, *, limit: int = 5) -> list[Request]:
    """What a buyer has begun and not sent, the newest first."""
    mine = select(Request).where(Request.buyer_id == buyer_id, Request.state == RequestState.DRAFT)
    return list(db.session.scalars(mine.order_by(Request.created_at.desc(), Request.id.desc()).limit(limit)))


@dataclass(slots=True)
class Answers:
    """What has come in to one request."""

    asked: int = 0
    quotes: int = 0
    waiting: int = 0
    declined: int = 0


def answers_to(requests: Sequence[Request]) -> dict[int, Answers]:
    """How many were asked, have quoted, wait for the buyer's word or said no, by the request's id; two queries."""
    ids = [one.id for one in requests]
    found = {one: Answers() for one in ids}
    waits = and_(Quote.state == QuoteState.OPEN, Quote.turn == Side.BUYER)
    quoted = select(Quote.request_id, func.count(), func.count().filter(waits)).where(Quote.request_id.in_(ids))
    for request_id, quotes, waiting in db.session.execute(quoted.group_by(Quote.request_id)):
        found[request_id].quotes, found[request_id].waiting = quotes, waiting
    asked = select(RequestInvitation.request_id, func.count(), func.count(RequestInvitation.declined_at)).where(
        RequestInvitation.request_id.in_(ids)
    )
    for request_id, count, declined in db.session.execute(asked.group_by(RequestInvitation.request_id)):
        found[request_id].asked, found[request_id].declined = count, declined
    return found


def received_by(seller_id: int, *, over: bool = False) -> Select[Request]:
    """Requests that a producer was asked by name or has answered: those that wait for her first, then the newest."""
    asked = select(RequestInvitation.request_id).where(RequestInvitation.seller_id == seller_id)
    quoted = select(Quote.request_id).where(Quote.seller_id == seller_id)
    mine = Request.id.in_(union(asked, quoted).subquery().select())
    states = (RequestState.CLOSED, *OVER) if over else (RequestState.OPEN,)
    statement = select(Request).where(mine, Request.state.in_(states)).options(*_WHOLE)
    return statement.order_by(Request.answer_by if not over else Request.sent_at.desc(), Request.id.desc())


def own_answers(seller_id: int, requests: Sequence[Request]) -> tuple[dict[int, Quote], set[int]]:
    """A producer's quotes by request, and the requests that she has declined; two queries."""
    ids = [one.id for one in requests]
    declined = select(RequestInvitation.request_id).where(
        RequestInvitation.seller_id == seller_id,
        RequestInvitation.request_id.in_(ids),
        RequestInvitation.declined_at.is_not(None),
    )
    return own_quotes(seller_id, ids), set(db.session.scalars(declined))


def waiting_for_seller(seller_id: int) -> tuple[int, int]:
    """Requests that a producer has neither quoted nor declined, and quotes whose turn is hers; one query."""
    unanswered = (
        select(func.count())
        .select_from(RequestInvitation)
        .join(RequestInvitation.request)
        .where(
            RequestInvitation.seller_id == seller_id,
            RequestInvitation.declined_at.is_(None),
            Request.state == RequestState.OPEN,
            ~select(Quote.id).where(Quote.request_id == Request.id, Quote.seller_id == seller_id).exists(),
        )
        .scalar_subquery()
    )
    mine = and_(Quote.seller_id == seller_id, Quote.state == QuoteState.OPEN, Quote.turn == Side.SELLER)
    turns = select(func.count()).select_from(Quote).where(mine).scalar_subquery()
    row = db.session.execute(select(unanswered, turns)).one()
    return row[0], row[1]


def waiting_for_buyer(buyer_id: int) -> int:
    """Quotes that wait for a buyer's word; one query."""
    mine = and_(Request.buyer_id == buyer_id, Quote.state == QuoteState.OPEN, Quote.turn == Side.BUYER)
    return db.session.scalar(select(func.count()).select_from(Quote).join(Quote.request).where(mine)) or 0


# --- whom to ask ---


@dataclass(frozen=True, slots=True)
class Candidate:
    """A producer that may be asked: with what it sells of the sets that are wanted, and whether it is known."""

    seller: Organisation
    goods: int
    examples: tuple[str, ...] = field(default=())
    is_known: bool = False
    is_chosen: bool = False


def sets_of(request: Request) -> set[int]:
    """The product sets of a request's lines."""
    return {one.set_id for one in request.lines if one.set_id is not None}


def matching_sellers(request: Request) -> list[int]:
    """Verified producers with goods on sale in a set of the request, those with most of them first."""
    found = select(Product.seller_id).where(visible(), Product.set_id.in_(sets_of(request)))
    found = found.where(Product.seller_id != request.buyer_id).group_by(Product.seller_id)
    return list(db.session.scalars(found.order_by(func.count().desc(), Product.seller_id).limit(MOST_ASKED)))


def known_sellers(buyer_id: int) -> set[int]:
    """Producers from whom a buyer has bought, or with whom it has quotes or agreements."""
    quoted = select(Quote.seller_id).join(Quote.request).where(Request.buyer_id == buyer_id)
    ordered = select(Order.seller_id).join(Order.purchase).where(Purchase.organisation_id == buyer_id)
    agreed = select(Agreement.seller_id).where(Agreement.buyer_id == buyer_id)
    return set(db.session.scalars(union(quoted, ordered, agreed)))


def candidates(
    request: Request, words: str = "", province_ids: Iterable[int] = (), ticked: Iterable[str] = ()
) -> list[Candidate]:
    """Producers to choose from: those that sell such goods, those known and those chosen; or those found by words.

    Those ticked (by the addresses of their shops) are listed whatever is searched for.

    Chosen ones come first, then known ones, then by how many such goods they sell.
    """
    chosen = {one.seller_id for one in invited(request)}
    kept = chosen | {one.id for one in sellers_by_slug(ticked)}
    known, matching = known_sellers(request.buyer_id), matching_sellers(request)
    offered = Organisation.id.in_({*matching, *known})
    fit = or_(_found(words, province_ids) if words or province_ids else offered, Organisation.id.in_(kept))
    is_producer = and_(Organisation.kind == OrganisationKind.PRODUCER, Organisation.state == OrganisationState.VERIFIED)
    asked = select(Organisation).where(fit, is_producer, Organisation.id != request.buyer_id)
    sellers = [
        one
        for one in db.session.scalars(asked.options(joinedload(Organisation.province)).limit(MOST_ASKED))
        if one.id in kept or all(word in fold(f"{one.name} {one.province.name}") for word in fold(words).split())
    ]
    goods = _goods_of([one.id for one in sellers], sets_of(request))
    listed = [
        Candidate(one, len(names := goods.get(one.id, [])), tuple(names[:3]), one.id in known, one.id in chosen)
        for one in sellers
    ]
    listed.sort(key=lambda one: (not one.is_known, -one.goods, fold(one.seller.name)))
    return sorted(listed, key=lambda one: one.seller.id not in kept)


def _found(words: str, province_ids: Iterable[int]) -> ColumnElement[bool]:
    """Names are compared without accents by the caller: here only the place narrows the search."""
    ids = list(province_ids)
    return Organisation.province_id.in_(ids) if ids else Organisation.id.is_not(None)


def _goods_of(seller_ids: Sequence[int], set_ids: Iterable[int]) -> dict[int, list[str]]:
    """Names of goods on sale by their seller: of these sets, or any where none is named."""
    asked = select(Product.seller_id, Product.name).where(visible(), Product.seller_id.in_(seller_ids))
    sets = list(set_ids)
    if sets:
        asked = asked.where(Product.set_id.in_(sets))
    found: dict[int, list[str]] = {}
    for seller_id, name in db.session.execute(asked.order_by(Product.popularity.desc(), Product.id)):
        found.setdefault(seller_id, []).append(name)
    return found


def sellers_by_slug(slugs: Iterable[str]) -> list[Organisation]:
    """Verified producers of these shop addresses."""
    asked = select(Organisation).where(
        Organisation.slug.in_([clean(one) for one in slugs][:MOST_ASKED]),
        Organisation.kind == OrganisationKind.PRODUCER,
        Organisation.state == OrganisationState.VERIFIED,
    )
    return list(db.session.scalars(asked.order_by(Organisation.id)))


def open_past(day: object) -> Select[int]:
    """The ids of open requests whose last day lies before a day."""
    return select(Request.id).where(Request.state == RequestState.OPEN, Request.answer_by < day).order_by(Request.id)


def is_on_board() -> ColumnElement[bool]:
    """Everybody may read of it on the demand board."""
    return and_(Request.audience == Audience.BOARD, Request.state == RequestState.OPEN)
