"""The department's desk: the queue, the agreements of its province, one agreement with what has to be weighed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.department import ApprovalForm, QueueForm, ReturnForm
from marketplace.contracts.models import Agreement, DepartmentReview
from marketplace.contracts.policies import side_of
from marketplace.contracts.policies.departments import department_agreement_for, own_department, review_for
from marketplace.contracts.queries import department as queries
from marketplace.contracts.queries import desk, opinions, risks
from marketplace.contracts.queries.department import Stage, Wish
from marketplace.contracts.queries.turns import standing_of
from marketplace.contracts.queries.workdays import days_left, last_day
from marketplace.contracts.sections import section, sections_of
from marketplace.contracts.services import reviewing
from marketplace.contracts.states.agreements import AgreementKind
from marketplace.contracts.states.reviews import ReturnReason
from marketplace.contracts.terms.describing import said as said_of
from marketplace.contracts.views.agreements import head_of
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.web.requests import actor, answers, private, query_text, remember, remembered

# the parts of an agreement's page that are for departments, too: never the negotiation
SECTIONS = ("belongs", "papers", "call_offs", "changes", "disputes", "monitoring")
FILTERS = ("kind", "province", "stage", "find", "late")


@section("review", "contracts/sections/review.html", place=40)
def review_section(reader: Actor, agreement: Agreement) -> Any | None:
    """What the departments say, for the two sides; a department's own page shows it in its place."""
    return (opinions.opinions_on(agreement, None) or None) if side_of(reader, agreement) else None


@bp.get("/department")
@needs_sign_in
def department() -> ResponseReturnValue:
    """What waits for this department's opinion, then what else there is to do."""
    if actor().organisation_kind is not OrganisationKind.DEPARTMENT:
        return private(make_response(render_template("contracts/no_department_desk.html"), 404))
    own = own_department(actor())
    wish = _wish("queue")
    found = desk.queue_of(own, wish, query_text("after", most=40))
    return _shown(
        "department.html",
        own,
        counts=desk.counts_of(own),
        page=found,
        mediations=queries.mediations_of(own),
        **_narrowed(own, wish, "queue", found.next_ref),
    )


@bp.get("/department/agreements")
@needs_sign_in
def department_agreements() -> ResponseReturnValue:
    """Every agreement that was shown to this department."""
    own = own_department(actor())
    wish = _wish("agreements")
    found = desk.agreements_of(own, wish, query_text("after", most=40))
    known = {
        "standings": {one.id: standing_of(actor(), one) for one in found.items},
        "owed": queries.owed_among(own, [one.id for one in found.items]),
    }
    narrowed = _narrowed(own, wish, "agreements", found.next_ref)
    return _shown("department_agreements.html", own, page=found, **known, **narrowed)


@bp.get("/department/agreements/<ref>")
@needs_sign_in
def department_agreement(ref: str) -> ResponseReturnValue:
    """One paper: what to weigh first, then the text and all that hangs on it."""
    return _agreement_page(department_agreement_for(actor(), ref))


def _review_page(ref: str) -> ResponseReturnValue:
    return _agreement_page(review_for(actor(), ref).agreement)


@bp.post("/department/reviews/<ref>/approval")
@answers(_review_page)
def approve_review(ref: str) -> ResponseReturnValue:
    """No objection."""
    review = review_for(actor(), ref, Permission.REVIEW_DECIDE)
    form = ApprovalForm.checked()
    with writing():
        reviewing.approve(review, form.opinion.data or "", actor())
    return _decided(review, _("Recorded: your department has no objection to %(ref)s.", ref=review.agreement.ref))


@bp.post("/department/reviews/<ref>/return")
@answers(_review_page)
def return_review(ref: str) -> ResponseReturnValue:
    """Back to the two sides, with the reason."""
    review = review_for(actor(), ref, Permission.REVIEW_DECIDE)
    form = ReturnForm.checked()
    with writing():
        reviewing.send_back(review, ReturnReason(form.reason.data), form.words.data, actor())
    return _decided(review, _("%(ref)s goes back to both sides with your reasons.", ref=review.agreement.ref))


def _decided(review: DepartmentReview, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".department_agreement", ref=review.agreement.ref), code=303)


def _agreement_page(agreement: Agreement) -> ResponseReturnValue:
    own = own_department(actor())
    said = opinions.opinions_on(agreement, own)
    mine = opinions.awaited_of(said)
    return _shown(
        "department_agreement.html",
        own,
        **head_of(agreement),
        opinions=said,
        mine=mine,
        review=opinions.weighed(agreement, own),
        risks=risks.risks_in(risks.only(agreement)).get(agreement.id, []),
        approval=ApprovalForm.shown() if mine else None,
        sending_back=ReturnForm.shown() if mine else None,
        sections=sections_of(actor(), agreement, at_side=False, only=SECTIONS),
        aside=sections_of(actor(), agreement, at_side=True, only=SECTIONS),
        say=said_of,
    )


def _shown(template: str, own: Organisation, **values: Any) -> ResponseReturnValue:
    known = {"department": own, "last_day": last_day, "days_left": days_left}
    return private(make_response(render_template(f"contracts/{template}", **known, **values)))


# --- filters that stay ---


def _wish(name: str) -> Wish:
    """What the address asks for, else what this session asked for last in this list."""
    asked = {one: query_text(one, most=80) for one in FILTERS}
    if any(one in request.args for one in FILTERS):
        remember(f"department_{name}", urlencode({one: value for one, value in asked.items() if value}))
    else:
        asked = dict(parse_qsl(remembered(f"department_{name}")))
    kinds, stages = {one.value: one for one in AgreementKind}, {one.value: one for one in Stage}
    return Wish(
        kind=kinds.get(asked.get("kind", "")),
        province=asked.get("province", ""),
        stage=stages.get(asked.get("stage", "")),
        words=asked.get("find", ""),
        is_late=asked.get("late") in ("1", "y"),
    )


def _narrowed(own: Organisation, wish: Wish, name: str, next_ref: str) -> dict[str, Any]:
    """The form of the filters as it was filled in; the addresses that clear them and that lead to the next page."""
    asked: dict[str, Any] = {
        "kind": wish.kind.value if wish.kind else "",
        "province": wish.province,
        "stage": wish.stage.value if wish.stage else "",
        "find": wish.words,
        "late": wish.is_late,
    }
    form = QueueForm.shown(**asked)
    form.offer(desk.partner_provinces(own))
    endpoint = ".department" if name == "queue" else ".department_agreements"
    kept = asked | {"late": "1" if wish.is_late else None}
    following = url_for(endpoint, **kept, after=next_ref) if next_ref else None
    ways = {"filter_url": url_for(endpoint), "clear_url": url_for(endpoint, kind=""), "next_url": following}
    return {"wish": wish, "filter": form, **ways}
