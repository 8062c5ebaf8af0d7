"""What has to be true before a text is written, sent or accepted; each says in one sentence how to mend it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.contracts.models import Acceptance, Agreement, AgreementEvent, TermsVersion
from marketplace.contracts.queries.goods import Good, goods_by_sku
from marketplace.contracts.queries.parties import identity_of
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, PaperKind, Side
from marketplace.core import clock
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused
from marketplace.core.tax_codes import TaxCodeKind, kind_of
from marketplace.core.text import clean

# papers that promise goods; minutes only look back
WITH_GOODS = (PaperKind.CONTRACT, PaperKind.AMENDMENT)
BUYING = (OrganisationKind.BUYER, OrganisationKind.PRODUCER)


def two_that_may_trade(seller: Organisation, buyer: Organisation) -> None:
    """A producer and another organisation, both verified and neither suspended."""
    if seller.id == buyer.id:
        raise Refused(_l("An agreement needs two organisations."), field="partner")
    if seller.kind is not OrganisationKind.PRODUCER or buyer.kind not in BUYING:
        raise Refused(_l("The seller has to be a producer, the buyer a business."), field="partner")
    if _are_one_person(seller.tax_code, buyer.tax_code):
        raise Refused(_l("A company and its own branch are one: they make no contract together."), field="partner")
    for one in (seller, buyer):
        if one.state is OrganisationState.SUSPENDED:
            raise Refused(_l("%(name)s is suspended and can make no agreement now.", name=one.name), field="partner")
        if one.state is not OrganisationState.VERIFIED:
            sentence = _l(
                "%(name)s is not verified yet; agreements wait until the operator has done so.", name=one.name
            )
            raise Refused(sentence, field="partner")


def is_named_as_today(organisation: Organisation, terms: Mapping[str, Any], side: Side) -> bool:
    """A text names a side by the legal name and tax code that count now."""
    today, named = identity_of(organisation), terms["parties"][side.value]
    return all(clean(str(today[name])) == named.get(name) for name in ("legal_name", "tax_code"))


def names_its_reader(agreement: Agreement, side: Side, terms: Mapping[str, Any]) -> None:
    """Nobody accepts a text that names her own organisation otherwise than it is called now."""
    if not is_named_as_today(agreement.organisation_of(side), terms, side):
        raise Refused(
            _l("This text names your organisation as it was called before. Save and send a version of your own.")
        )


def _are_one_person(one: str | None, other: str | None) -> bool:
    """A branch's tax code begins with its company's; the law knows one person behind both."""
    kinds = {kind_of(code) for code in (one, other) if code}
    heads = {code[:10] for code in (one, other) if code}
    return TaxCodeKind.BRANCH in kinds and TaxCodeKind.PERSON not in kinds and bool(one and other) and len(heads) == 1


def nobody_for_both(agreement: Agreement, kinds: Collection[str], by: Actor, **figures: str) -> None:
    """Whoever has confirmed something for one side does not confirm it for the other."""
    event = AgreementEvent
    mine = event.agreement_id == agreement.id, event.kind.in_(kinds), event.actor_ref == by.ref
    for said in db.session.scalars(select(event).where(*mine, event.organisation_ref != by.organisation_ref)):
        if all(said.figures.get(name) == value for name, value in figures.items()):
            raise Refused(_l("You have spoken for the other side of this agreement; a colleague has to do this."))


def one_person_one_side(agreement: Agreement, side: Side, by: Actor) -> None:
    """Whoever has spoken for one side never speaks for the other."""
    if by.person_id is None:
        return
    version = TermsVersion.agreement_id == agreement.id
    wrote = select(TermsVersion.id).where(version, TermsVersion.person_id == by.person_id, TermsVersion.side != side)
    said = select(Acceptance.id).join(Acceptance.version)
    accepted = said.where(version, Acceptance.person_id == by.person_id, Acceptance.side != side)
    if db.session.scalar(wrote.limit(1)) or db.session.scalar(accepted.limit(1)):
        raise Refused(_l("You have spoken for the other side of this agreement; a colleague has to do this."))


def goods_are_certified(agreement: Agreement, terms: Mapping[str, Any]) -> None:
    """Every line names goods of this seller whose OCOP certificate is in force on the day of the first delivery."""
    if agreement.paper not in WITH_GOODS:
        return
    lines = [line for line in terms["lines"] if line["sku"]]
    known = goods_by_sku(agreement.seller_id, (line["sku"] for line in lines))
    for line in lines:
        _line_is_certified(line, known.get(line["sku"]), first_delivery(terms, line["key"]))


def _line_is_certified(line: Mapping[str, Any], good: Good | None, day: date) -> None:
    product = line["product"]
    if good is None:
        raise Refused(_l("%(product)s is no longer among the goods of this seller.", product=product), field="lines")
    if good.certificate_on(day) is None:
        sentence = _l(
            "The OCOP certificate of %(product)s is not in force on %(day)s, the day of the first delivery.",
            product=product, day=f"{day:%d/%m/%Y}",
        )  # fmt: skip
        raise Refused(sentence, field="lines")


def first_delivery(terms: Mapping[str, Any], key: str) -> date:
    """The day on which goods of a line are first due: by the schedule, else the first day of the term, else today."""
    planned = [one["due_on"] for one in terms["schedule"] if one["line"] == key and one["due_on"]]
    first = min(planned, default=None) or terms["term"]["valid_from"]
    return date.fromisoformat(first) if first else clock.today()


def with_facts(terms: Mapping[str, Any], seller_id: int) -> dict[str, Any]:
    """The same terms with every line's product, pack, unit, star and certificate as the catalogue says them now."""
    known = goods_by_sku(seller_id, (line["sku"] for line in terms["lines"] if line["sku"]))
    lines = [_with_facts(terms, line, known.get(line["sku"] or "")) for line in terms["lines"]]
    return {**terms, "lines": lines}


def _with_facts(terms: Mapping[str, Any], line: Mapping[str, Any], good: Good | None) -> dict[str, Any]:
    return {**line, **good.facts(first_delivery(terms, line["key"]))} if good else dict(line)


def inside_its_parent(agreement: Agreement, terms: Mapping[str, Any]) -> None:
    """A contract under a framework agreement keeps to that one's term, goods and prices."""
    parent = agreement.parent
    if parent is None or agreement.paper not in WITH_GOODS:
        return
    if parent.state is not AgreementState.ACTIVE or parent.kind is not AgreementKind.FRAMEWORK:
        raise Refused(_l("The framework agreement %(ref)s is not in force.", ref=parent.ref), field="parent")
    above = _active_terms(parent)
    _term_inside(terms["term"], above["term"], parent.ref)
    _goods_inside(terms["lines"], above, parent.ref)


def _term_inside(term: Mapping[str, Any], above: Mapping[str, Any], ref: str) -> None:
    starts = term["valid_from"] and above["valid_from"] and term["valid_from"] < above["valid_from"]
    ends = term["valid_to"] and above["valid_to"] and term["valid_to"] > above["valid_to"]
    if starts or ends:
        raise Refused(
            _l("The term has to lie inside the term of the framework agreement %(ref)s.", ref=ref), field="term"
        )


def _goods_inside(lines: Iterable[Mapping[str, Any]], above: Mapping[str, Any], ref: str) -> None:
    """Only its goods; at its price where that is fixed, at most its price where that is a ceiling."""
    prices = {line["sku"]: line["price_vnd"] for line in above["lines"]}
    rule = above["price_rule"]["kind"]
    for line in lines:
        agreed = prices.get(line["sku"])
        if agreed is None:
            sentence = _l(
                "%(product)s is not part of the framework agreement %(ref)s.", product=line["product"], ref=ref
            )
            raise Refused(sentence, field="lines")
        if line["price_vnd"] > agreed or (rule == "fixed" and line["price_vnd"] != agreed):
            sentence = _l(
                "The price of %(product)s does not follow the rule of the framework agreement %(ref)s.",
                product=line["product"], ref=ref,
            )  # fmt: skip
            raise Refused(sentence, field="lines")


def _active_terms(agreement: Agreement) -> dict[str, Any]:
    number = agreement.active_version or agreement.last_version
    asked = select(TermsVersion).where(TermsVersion.agreement_id == agreement.id, TermsVersion.number == number)
    return db.session.scalars(asked).one().terms
