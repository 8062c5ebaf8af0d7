"""Requests, quotes, demand and harvests of the demonstration."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product, ProductSet, Variant
from marketplace.contracts.models import Agreement, Quote, Request
from marketplace.contracts.queries.quotes import last_round
from marketplace.contracts.queries.versions import draft_of
from marketplace.contracts.services import agreements, awards, quotes, requests, supply
from marketplace.contracts.services.quotes import Price, Proposal
from marketplace.contracts.services.requests import Asked, Wanted
from marketplace.contracts.states.agreements import AgreementKind, Side
from marketplace.contracts.states.sourcing import Audience, FreightTerms
from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind, OrganisationKind, Role
from marketplace.core.database import db, writing
from marketplace.demo.deals import Sides, acting, days_ago, whole
from marketplace.demo.reading import sku_of
from marketplace.places.models import Province

SUPERMARKET = "sieu-thi-vinh-xanh"
TRIEU_PHONG, HAI_HAU, VAN_CHAN = "htx-nong-san-sach-trieu-phong", "htx-lua-ven-bien-hai-hau", "htx-che-va-nep-van-chan"
RICE = "gao-sach-trieu-phong"
WAREHOUSE = "Kho trung tâm Hạ Long, phường Hồng Gai, Quảng Ninh"


def make() -> None:
    """A request with quotes to compare, standing demand on the board, and harvests to come."""
    _to_compare()
    _on_the_board()
    _harvests()


def organisation(slug: str) -> Organisation:
    """An organisation by the name in its address."""
    return db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()


def somebody(of: Organisation) -> Actor:
    """Whoever runs it: its demo account, or an unnamed person of its own."""
    known = {TRIEU_PHONG, SUPERMARKET}
    if of.slug in known:
        return acting(of, Role.MANAGER)
    return Actor(
        kind=ActorKind.PERSON,
        ref="demo",
        organisation_id=of.id,
        organisation_ref=of.ref,
        organisation_kind=OrganisationKind.PRODUCER,
        organisation_verified=True,
        roles=frozenset({Role.MANAGER}),
    )


# --- the story that ends in a contract ---


def rice_request() -> int:
    """The supermarket asks the cooperative for rice, month by month; the request's id."""
    wanted = Wanted(
        description="Gạo sạch Triệu Phong", quantity=300, unit="túi", quality="Vụ mới, độ ẩm không quá 14 %",
        packaging="Túi có tem truy xuất", calendar="Mỗi tháng một đợt 100 túi", variant_id=_variant(RICE).id,
        product_id=_variant(RICE).product_id,
    )  # fmt: skip
    return _asked([wanted], "Gạo bán lẻ cho 12 siêu thị", [TRIEU_PHONG])


def first_quote(request: int) -> int:
    """The cooperative's first price; the quote's id."""
    return _quoted(request, TRIEU_PHONG, 94, freight=1_800_000)


def counter(quote: int) -> None:
    """The supermarket offers less and wants the freight in the price."""
    _round(quote, Side.BUYER, 91, freight=0, terms=FreightTerms.INCLUDED)


def last_word(quote: int) -> None:
    """They meet in the middle."""
    _round(quote, Side.SELLER, 93, freight=0, terms=FreightTerms.INCLUDED)


def award(request: int, quote: int) -> str:
    """The line goes to the quote, which becomes the draft of a sale contract; its ref."""
    with writing():
        asked, given = db.session.get_one(Request, request), db.session.get_one(Quote, quote)
        choice = awards.Choice(given.ref, given.last_round)
        awards.award(asked, {asked.lines[0].id: choice}, by=somebody(asked.buyer))
    with writing():
        given = db.session.get_one(Quote, quote)
        made = awards.agreement(given, AgreementKind.SALE, Side.SELLER, by=somebody(given.seller))
        return made.ref


def complete_draft(ref: str) -> None:
    """The cooperative fills in what a quote does not say."""
    with writing():
        made = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
        draft = draft_of(made, Side.SELLER)
        assert draft is not None
        by = Sides(made.seller_id, made.buyer_id).editor(Side.SELLER)
        agreements.save_draft(made, Side.SELLER, whole(draft.terms, starts_in=5, months=5), by)


# --- the present ---


def _to_compare() -> None:
    """Three cooperatives were asked for rice in two packs, two have answered."""
    with days_ago(4):
        lines = [
            Wanted(
                description="Gạo tẻ thơm, túi 5 kg",
                quantity=800,
                unit="túi",
                quality="OCOP từ 3 sao",
                set_id=_set(3).id,
            ),
            Wanted(
                description="Gạo nếp, túi 2 kg", quantity=500, unit="túi", calendar="Trước 10/01", set_id=_set(3).id
            ),
        ]
        request = _asked(lines, "Gạo cho dịp Tết", [TRIEU_PHONG, HAI_HAU, VAN_CHAN])
    with days_ago(3):
        _two_prices(request, TRIEU_PHONG, (142_000, 78_000), freight=3_600_000, loss=1)
    with days_ago(2):
        _two_prices(request, HAI_HAU, (136_000, 81_000), freight=5_200_000, loss=2)


def _on_the_board() -> None:
    """Demand that everybody reads, one of it standing."""
    with days_ago(6):
        honey = Wanted(description="Mật ong rừng, chai 500 ml", quantity=600, unit="chai", set_id=_set(4).id)
        _asked([honey], "Mật ong cho quầy quà Tết", [], Audience.BOARD)
    with days_ago(9):
        fruit = Wanted(
            description="Trái cây theo mùa của các tỉnh",
            quantity=2000,
            unit="kg",
            calendar="Hằng tuần",
            set_id=_set(1).id,
        )
        _asked([fruit], "Trái cây tươi hằng tuần", [], Audience.BOARD, is_standing=True)


HARVESTS = (
    (TRIEU_PHONG, 3, "Gạo hữu cơ vụ đông xuân", "quang-tri", 1, 4, 6, 60_000),
    (TRIEU_PHONG, 3, "Gạo sạch vụ hè thu", "quang-tri", 1, 9, 10, 45_000),
    ("htx-cay-an-qua-thanh-ha", 1, "Vải thiều Thanh Hà chính vụ", "hai-duong", 1, 5, 7, 120_000),
    ("htx-cay-an-qua-thanh-ha", 1, "Ổi lê Thanh Hà", "hai-duong", 0, 11, 2, 30_000),
    ("htx-nong-san-kinh-mon", 1, "Hành, tỏi Kinh Môn", "hai-duong", 1, 1, 3, 80_000),
    ("htx-vai-va-mi-luc-ngan", 1, "Vải thiều Lục Ngạn", "bac-giang", 1, 6, 7, 200_000),
    ("dac-san-na-giang", 4, "Mật ong rừng", "cao-bang", 1, 3, 5, 4_000),
    ("htx-hat-de-trung-khanh", 1, "Hạt dẻ Trùng Khánh", "cao-bang", 1, 9, 10, 25_000),
    (HAI_HAU, 3, "Gạo tám xoan Hải Hậu", "nam-dinh", 0, 11, 12, 70_000),
)


def _harvests() -> None:
    for slug, number, words, province, years, first, last, kilograms in HARVESTS:
        seller = organisation(slug)
        harvest = supply.Harvest(
            description=words,
            product_set=_set(number),
            province_id=_province(province),
            year=clock.today().year + years,
            first_month=first,
            last_month=last,
            kilograms=kilograms,
        )
        with writing():
            supply.publish(organisation(slug), harvest, by=somebody(seller))


# --- pieces ---


def _asked(
    lines: list[Wanted],
    title: str,
    sellers: list[str],
    audience: Audience = Audience.NAMED,
    *,
    is_standing: bool = False,
) -> int:
    buyer = organisation(SUPERMARKET)
    by, invited = somebody(buyer), [organisation(slug) for slug in sellers]
    asked = Asked(
        lines=lines, province=buyer.province, answer_by=clock.today() + timedelta(days=14), title=title,
        place=WAREHOUSE, is_standing=is_standing, invite=invited,
    )  # fmt: skip
    with writing():
        request = requests.draft(organisation(SUPERMARKET), asked, by=by)
        requests.address(request, audience, invited, is_named=True, by=by)
        requests.send(request, by=by)
        return request.id


def _quoted(request: int, slug: str, percent: int, *, freight: int) -> int:
    asked, seller = db.session.get_one(Request, request), organisation(slug)
    prices = {one.id: _price(one.variant, percent, one.quantity) for one in asked.lines}
    return _given(request, seller, prices, freight=freight, loss=1)


def _two_prices(request: int, slug: str, each: tuple[int, int], *, freight: int, loss: int) -> None:
    asked = db.session.get_one(Request, request)
    prices = {line.id: Price(price, line.quantity) for line, price in zip(asked.lines, each, strict=True)}
    _given(request, organisation(slug), prices, freight=freight, loss=loss)


def _given(request: int, seller: Organisation, prices: dict[int, Price], *, freight: int, loss: int) -> int:
    proposal = _proposal(prices, FreightTerms.EXTRA, freight, loss)
    by = somebody(seller)
    with writing():
        return quotes.give(db.session.get_one(Request, request), seller, proposal, by=by).id


def _round(quote: int, side: Side, percent: int, *, freight: int, terms: FreightTerms) -> None:
    given = db.session.get_one(Quote, quote)
    last = last_round(given)
    prices = {one.request_line_id: _price(one.variant, percent, one.quantity) for one in last.lines}
    by = somebody(given.seller if side is Side.SELLER else given.request.buyer)
    seen = given.last_round
    with writing():
        given = db.session.get_one(Quote, quote)
        quotes.propose(given, _proposal(prices, terms, freight, 1), side, seen=seen, by=by)


def _proposal(prices: dict[int, Price], terms: FreightTerms, freight: int, loss: int) -> Proposal:
    return Proposal(
        prices=prices, freight_terms=terms, freight_vnd=freight, loss_percent=loss, payment_days=15, lead_days=5,
        valid_until=clock.today() + timedelta(days=30),
    )  # fmt: skip


def _price(variant: Variant | None, percent: int, quantity: int) -> Price:
    assert variant is not None
    return Price(variant.price_vnd * percent // 10_000 * 100, quantity, variant)


def _variant(kind: str) -> Variant:
    return db.session.scalars(select(Variant).join(Product).where(Variant.sku == sku_of(kind, 0))).one()


def _set(number: int) -> ProductSet:
    return db.session.scalars(select(ProductSet).where(ProductSet.number == number)).one()


def _province(slug: str) -> int:
    return db.session.scalars(select(Province.id).where(Province.slug == slug)).one()
