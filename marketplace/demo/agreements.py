"""Agreements of the demonstration: one lived through to its liquidation, the others in every state that people meet."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from config import Settings
from marketplace.accounts.models import Organisation
from marketplace.catalogue.services.food_safety import enter_food_safety
from marketplace.catalogue.states import FoodSafetyKind
from marketplace.contracts.models import Dispute, TrustRoot
from marketplace.contracts.queries.versions import draft_of
from marketplace.contracts.services import agreements, amending, disputing, monitoring, rules, terminating, trial
from marketplace.contracts.services.disputing import Complaint
from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.identity import fingerprint_of
from marketplace.contracts.states.agreements import (
    AgreementKind,
    AgreementState,
    AmendmentRationale,
    Consent,
    PaperKind,
    Side,
)
from marketplace.contracts.states.performing import DisputeSubject, Indicator
from marketplace.core import clock
from marketplace.core.actors import Role
from marketplace.core.database import db, writing
from marketplace.demo import asking, history
from marketplace.demo.deals import Deal, Sides, acting, begin, days_ago, folder_of, give_mandates, paper, publish_list

RICE, ORGANIC = "gao-sach-trieu-phong", "gao-huu-co-quang-tri"
CAKES, STARCH = "banh-dau-xanh-hai-duong", "san-day-kinh-mon"
SWEETS, CANDY = "banh-nhan-hai-hau", "keo-siu-chau-nam-dinh"
HONEY, SAUSAGE = "mat-ong-rung-cao-bang", "lap-suon-hun-khoi-cao-bang"
SALE, FRAMEWORK, MOU = AgreementKind.SALE, AgreementKind.FRAMEWORK, AgreementKind.MOU
# an authority whose list of revocations nobody has fetched yet
SILENT = "silent-authority"
SILENT_NAME = "CA minh họa không công bố CRL"


def make() -> None:
    """Story after story in the order in which they were signed; no letters go out about the past."""
    with days_ago(200):
        _prepare()
    rice = _lived_through()
    _followed()
    _running()
    _in_dispute()
    _liquidated(rice)
    _held()
    _at_the_table()
    asking.make()
    with writing():
        history.hush()
    db.session.expunge_all()


def _prepare() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    with writing():
        rules.load()
    with writing():
        trial.install(settings)
    for slug, days in (("quangtri", 1000), ("haiduong", 700), ("namdinh", 190), ("caobang", 900)):
        _food_safety(slug, days)
    give_mandates(*(_organisation(slug) for slug in ("quangtri", "haiduong", "namdinh", "supermarket")))


def _food_safety(seller: str, days: int) -> None:
    """A certificate that was given just now and ends in so many days: one is over by today."""
    kept = _organisation(seller)
    with writing():
        enter_food_safety(
            kept,
            kind=FoodSafetyKind.FACILITY,
            number=f"MH-{kept.id:03d}/ATTP",
            issued_by="Cơ quan cấp giấy (dữ liệu minh họa)",
            issued_on=clock.today(),
            valid_until=clock.today() + timedelta(days=days),
            by=acting(kept, Role.MANAGER),
        )


# --- who ---

SLUGS = {
    "quangtri": "htx-nong-san-sach-trieu-phong",
    "haiduong": "banh-keo-tu-minh",
    "namdinh": "banh-keo-thanh-nam",
    "caobang": "dac-san-na-giang",
    "supermarket": "sieu-thi-vinh-xanh",
}


def _organisation(key: str) -> Organisation:
    slug = SLUGS.get(key) or f"so-cong-thuong-{key}"
    return db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()


def _with_supermarket(seller: str) -> Sides:
    return Sides(_organisation(seller).id, _organisation("supermarket").id)


def _signing_day(days: float) -> None:
    """The authority's list of that day is known, so that signatures of that day can be proven."""
    with days_ago(days):
        publish_list(current_app.config["SETTINGS"])


# --- one whole life ---


def _lived_through() -> Deal:
    """Rice for the supermarket: asked for, quoted, negotiated, reviewed, signed, called and checked three times."""
    with days_ago(182):
        request = asking.rice_request()
    with days_ago(180):
        quote = asking.first_quote(request)
    with days_ago(178):
        asking.counter(quote)
    with days_ago(177):
        asking.last_word(quote)
    with days_ago(175):
        ref = asking.award(request, quote)
        deal = Deal(_with_supermarket("quangtri"), ref)
        asking.complete_draft(ref)
        deal.send("Chúng tôi soạn theo báo giá đã thống nhất.")
    with days_ago(174):
        deal.counter("Xin giảm 500 ₫ mỗi túi vì lấy đều hằng tháng.", -500)
    with days_ago(172):
        deal.accept()
    with days_ago(170):
        deal.review("Hồ sơ hai bên đầy đủ, nội dung phù hợp.")
        deal.issue()
    _signing_day(168)
    with days_ago(168):
        deal.sign()
    for days, packs, broken in ((150, 100, 0), (110, 120, 3), (70, 80, 0)):
        call_off = _delivered(deal, days, packs, broken)
        with days_ago(days - 19):
            deal.pay(call_off)
    return deal


def _delivered(deal: Deal, days: int, packs: int, broken: int) -> str:
    with days_ago(days):
        call_off = deal.call(8, L1=packs)
    with days_ago(days - 1):
        deal.confirm(call_off)
    with days_ago(days - 5):
        deal.ship(call_off)
    with days_ago(days - 7):
        deal.receive(call_off, rejected=broken)
    return call_off


def _liquidated(deal: Deal) -> None:
    """Everything was delivered and checked: minutes settle the rest, and the contract is over."""
    with days_ago(20), writing():
        contract = deal.paper
        by = deal.sides.editor(Side.SELLER)
        minutes = terminating.propose_minutes(contract, Side.SELLER, PaperKind.LIQUIDATION, by=by).ref
    closing = Deal(deal.sides, minutes)
    with days_ago(19):
        closing.fill("theo chứng từ chuyển khoản của từng đợt")
        closing.send("Hai bên đã giao nhận đủ, đề nghị thanh lý.")
        closing.accept()
    with days_ago(18):
        closing.review()
        closing.issue()
    _signing_day(17)
    with days_ago(17):
        closing.sign()
    with writing():
        _consent(deal, Consent.EXACT)


def _consent(deal: Deal, level: Consent) -> None:
    for side in Side:
        agreements.set_consent(deal.paper, level, deal.sides.editor(side))


# --- in force ---


def _in_force(seller: str, wishes: dict[str, int], days: int, *, starts_in: int = 2) -> Deal:
    sides = _with_supermarket(seller)
    _signing_day(days)
    with days_ago(days):
        deal = Deal(sides, begin(sides, SALE, Side.SELLER, wishes, starts_in=starts_in))
        deal.through()
    return deal


def begin_in(sides: Sides, kind: AgreementKind, by: Side, wishes: dict[str, int], days: float) -> Deal:
    """A new paper, begun some days ago."""
    with days_ago(days):
        return Deal(sides, begin(sides, kind, by, wishes))


def _running() -> None:
    """Organic rice: a delivery checked, one on its way, one that waits, one late; an annex on prices is negotiated."""
    deal = _in_force("quangtri", {ORGANIC: 900, RICE: 600}, 60)
    _delivered(deal, 40, 150, 0)
    with days_ago(12):
        late = deal.call(5, "Giao cho ba cửa hàng Hạ Long", L1=120)
    with days_ago(11):
        deal.confirm(late)
    with days_ago(6):
        going = deal.call(9, L2=90)
    with days_ago(5):
        deal.confirm(going)
    with days_ago(1):
        deal.ship(going)
    with days_ago(0.5):
        deal.call(12, "Hàng Tết, xin đóng túi in hoa mai", L1=200, L2=100)
    with days_ago(3), writing():
        by = deal.sides.editor(Side.SELLER)
        annex = amending.propose_amendment(deal.paper, Side.SELLER, AmendmentRationale.PRICE, by=by).ref
    _dearer(Deal(deal.sides, annex))
    with writing():
        _consent(deal, Consent.BAND)


def _dearer(annex: Deal) -> None:
    """The seller asks for 3 % more from the new harvest on; the supermarket has to answer."""
    with days_ago(2), writing():
        made = annex.paper
        by = annex.sides.editor(Side.SELLER)
        draft = draft_of(made, Side.SELLER)
        assert draft is not None
        raised = [{**one, "price_vnd": one["price_vnd"] * 103 // 10_000 * 100} for one in draft.terms["lines"]]
        agreements.save_draft(made, Side.SELLER, {**draft.terms, "lines": raised}, by)
        agreements.send(made, by, "Giá lúa vụ mới tăng, đề nghị điều chỉnh 3 % từ đợt giao sau Tết.")


def _in_dispute() -> None:
    """Mung-bean cakes arrived damp: the supermarket wants the price back, a department mediates."""
    deal = _in_force("haiduong", {CAKES: 1200, STARCH: 400}, 45)
    with days_ago(30):
        call_off = deal.call(6, L1=240)
    with days_ago(29):
        deal.confirm(call_off)
        deal.ship(call_off)
    with days_ago(26):
        deal.receive(call_off, rejected=36)
    with days_ago(10), writing():
        words = "36 hộp ẩm, vỏ hộp mềm; bên bán cho rằng lỗi do kho của chúng tôi. Ảnh và biên bản kèm theo đợt giao."
        complaint = Complaint(
            subject=DisputeSubject.QUALITY, words=words, wish="Trừ tiền 36 hộp vào đợt thanh toán tới."
        )
        dispute = disputing.open_dispute(deal.paper, Side.BUYER, complaint, by=deal.sides.editor(Side.BUYER))
        ref = dispute.id
    with days_ago(7), writing():
        words = "Hàng rời kho khô ráo, có ảnh lúc bốc xếp. Đề nghị Sở xem giúp khâu vận chuyển."
        disputing.answer(_dispute(ref), Side.SELLER, words, by=deal.sides.editor(Side.SELLER))
    with days_ago(5), writing():
        quangninh = _organisation("quang-ninh")
        disputing.ask_mediation(_dispute(ref), Side.BUYER, quangninh, by=deal.sides.editor(Side.BUYER))


def _dispute(id_: int) -> Dispute:
    return db.session.get_one(Dispute, id_)


def _followed() -> None:
    """Sweets come late again and again; the department of Quảng Ninh follows the contract."""
    deal = _in_force("namdinh", {SWEETS: 600, CANDY: 500}, 75)
    for days in (60, 40):
        with days_ago(days):
            call_off = deal.call(4, L1=80, L2=60)
        with days_ago(days - 2):
            deal.confirm(call_off)
        with days_ago(days - 9):
            deal.ship(call_off)
        with days_ago(days - 12):
            deal.receive(call_off)
    with days_ago(4), writing():
        department = _organisation("quang-ninh")
        by = acting(department, Role.OFFICER)
        words = "Hai đợt giao gần nhất chậm từ 6 đến 8 ngày. Đề nghị hai bên cho biết cách khắc phục trước dịp Tết."
        case = monitoring.draft_case(deal.paper, department, Indicator.LATE, words, by)
        monitoring.open_case(case, by)


# --- being signed, and before ---


def _held() -> None:
    """The supermarket's certificate comes from an authority whose list is not known yet: its signature is on hold."""
    settings: Settings = current_app.config["SETTINGS"]
    certificate = _silent_authority(settings)
    with writing():
        words = {"name": SILENT_NAME, "is_illustrative": True}
        db.session.add(TrustRoot(fingerprint=fingerprint_of(certificate), der=certificate, **words))
    sides = _with_supermarket("haiduong")
    _signing_day(2)
    with days_ago(2):
        deal = Deal(sides, begin(sides, AgreementKind.DISTRIBUTION, Side.SELLER, {STARCH: 800}))
        deal.send()
        deal.accept()
        deal.review()
        deal.issue()
        deal.sign(Side.SELLER)
        deal.sign(Side.BUYER, authority=SILENT)
    assert deal.paper.state is AgreementState.SIGNING


def _silent_authority(settings: Settings) -> bytes:
    with days_ago(150):
        return trial_authority.opened(folder_of(settings, SILENT), SILENT_NAME).certificate


def _at_the_table() -> None:
    """One paper in each of the earlier states, each waiting for somebody else."""
    rice, cakes = _with_supermarket("quangtri"), _with_supermarket("haiduong")
    honey, sweets = _with_supermarket("caobang"), _with_supermarket("namdinh")
    ready = begin_in(rice, SALE, Side.BUYER, {RICE: 400}, 4)
    with days_ago(3):
        ready.send("Đơn thử cho hai siêu thị mới ở Móng Cái.")
        ready.accept()
        ready.review()
        ready.issue()
    reviewed = begin_in(rice, FRAMEWORK, Side.SELLER, {RICE: 3000, ORGANIC: 1500}, 3)
    with days_ago(1):
        reviewed.send()
        reviewed.accept()
    countered = begin_in(cakes, SALE, Side.SELLER, {CAKES: 2400}, 4)
    with days_ago(3):
        countered.send("Giá đã gồm hộp quà Tết.")
    with days_ago(1):
        countered.counter("Số lượng lớn, xin bớt 2.000 ₫ mỗi hộp và thanh toán sau 30 ngày.", -2000)
    with days_ago(2):
        memorandum = begin(honey, MOU, Side.BUYER, {HONEY: 300, SAUSAGE: 400})
        Deal(honey, memorandum).send("Mong hợp tác lâu dài với hộ nhà mình.")
    begin_in(sweets, SALE, Side.SELLER, {SWEETS: 900}, 1)
    refused = begin_in(honey, SALE, Side.BUYER, {SAUSAGE: 1000}, 20)
    with days_ago(20):
        refused.send()
    with days_ago(18), writing():
        agreements.refuse(paper(refused.ref), honey.editor(Side.SELLER), "Vụ này không đủ thịt để làm số lượng ấy.")
