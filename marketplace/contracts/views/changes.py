"""Changing, suspending, ending and following a contract: a page for each, with what follows said before the act."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.changes import AmendmentForm, LiftingForm, NoticeForm, SuspensionForm
from marketplace.contracts.models import Agreement
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.queries import versions
from marketplace.contracts.queries.changes import changes_of, is_behind, renewable_from
from marketplace.contracts.queries.open_matters import book_of, open_call_offs, open_disputes
from marketplace.contracts.sections import section
from marketplace.contracts.services import amending, endings, renewing, suspending, terminating
from marketplace.contracts.states.agreements import AmendmentRationale, PaperKind, Side, TerminationGround
from marketplace.contracts.terms import describing
from marketplace.contracts.terms.differing import Changes
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import Forbidden
from marketplace.web.filters import day
from marketplace.web.requests import actor, answers, private

# --- on the agreement's page -----------------------------------------------------------------------------------------


@section("changes", "contracts/sections/changes.html", place=70)
def changes_section(reader: Actor, agreement: Agreement) -> Any | None:
    """Annexes, suspensions and the end of a contract that is or was in force."""
    if not agreement.is_contract or agreement.active_version is None:
        return None
    return {"changes": changes_of(reader, agreement), **_rights(reader, agreement)}


@section("belongs", "contracts/sections/belongs.html", place=5)
def belongs_section(reader: Actor, agreement: Agreement) -> Any | None:
    """Which contract a later paper changes or ends, and whether that one has moved on since."""
    if agreement.belongs_to is None:
        return None
    behind = is_behind(agreement)
    found = {"found": _annex_changes(reader, agreement), "say": describing.said}
    return {"contract": agreement.belongs_to, "is_behind": behind, **found, **_rights(reader, agreement)}


def _annex_changes(reader: Actor, annex: Agreement) -> Changes | None:
    """What an annex makes of the contract's text, old and new."""
    before, text = versions.amended_by(annex), versions.text_shown(annex, side_of(reader, annex))
    if before is None or text is None:
        return None
    return versions.annex_changes(before, text.terms)


def _rights(reader: Actor, agreement: Agreement) -> dict[str, Any]:
    return {
        "agreement": agreement,
        "side": side_of(reader, agreement),
        "may_edit": allows(reader, Permission.AGREEMENT_EDIT, agreement),
        "may_suspend": allows(reader, Permission.AGREEMENT_SUSPEND, agreement),
    }


def own_side(agreement: Agreement) -> Side:
    """The side that the actor writes for; nobody else gets here."""
    side = side_of(actor(), agreement)
    if side is None:
        raise Forbidden
    return side


def _page(template: str, contract: Agreement, **more: Any) -> ResponseReturnValue:
    known = {"agreement": contract, "changes": changes_of(actor(), contract)}
    rights = {"side": side_of(actor(), contract), "Side": Side}
    return private(make_response(render_template(f"contracts/{template}.html", **known, **rights, **more)))


# --- annexes ---------------------------------------------------------------------------------------------------------


@bp.get("/agreements/<ref>/amendments")
@needs_sign_in
def amendments(ref: str) -> ResponseReturnValue:
    """Every annex of a contract, and how to begin one."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    return _page("amendments", contract, form=AmendmentForm.shown())


@bp.post("/agreements/<ref>/amendments")
@needs_sign_in
@answers(amendments)
def propose_amendment(ref: str) -> ResponseReturnValue:
    """Begin an annex: its draft says what the contract says now."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    rationale = AmendmentRationale(AmendmentForm.checked().rationale.data)
    with writing():
        paper = amending.propose_amendment(contract, own_side(contract), rationale, by=actor()).ref
    flash(_("The annex is begun. Change what has to change, then send it to the other side."), "success")
    return redirect(url_for(".draft", ref=paper), code=303)


@bp.post("/agreements/<ref>/basis")
@needs_sign_in
def base_anew(ref: str) -> ResponseReturnValue:
    """Put an annex on the text that is in force now."""
    paper = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    with writing():
        amending.base_anew(paper, own_side(paper), by=actor())
    flash(_("The annex stands on the text in force now. Look it over, then send it."), "success")
    return redirect(url_for(".draft", ref=ref), code=303)


# --- suspensions -----------------------------------------------------------------------------------------------------


@bp.get("/agreements/<ref>/suspension")
@needs_sign_in
def suspension(ref: str) -> ResponseReturnValue:
    """Stop new call-offs, or let them go on."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_SUSPEND)
    forms = {"form": SuspensionForm.shown(from_on=clock.today()), "lifting": LiftingForm.shown()}
    return _page("suspension", contract, own_ref=actor().organisation_ref, **forms)


@bp.post("/agreements/<ref>/suspension")
@needs_sign_in
@answers(suspension)
def suspend(ref: str) -> ResponseReturnValue:
    """No new call-offs from a day on."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_SUSPEND)
    form = SuspensionForm.checked()
    with writing():
        begun = suspending.suspend(contract, form.reason.data, form.from_on.data, by=actor())
    flash(_said_of(begun.from_on), "success")
    return redirect(url_for(".suspension", ref=ref), code=303)


def _said_of(from_on: date) -> str:
    """It holds today, or from a later day on; whoever did not set it reads why."""
    if from_on > clock.today():
        return _("No call-offs from %(day)s on: the others read why.", day=day(from_on))
    return _("The contract is suspended; the others read why.")


@bp.post("/agreements/<ref>/suspension/end")
@needs_sign_in
@answers(suspension)
def lift_suspension(ref: str) -> ResponseReturnValue:
    """Call-offs are possible again."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_SUSPEND)
    form = LiftingForm.checked()
    with writing():
        suspending.lift(contract, form.words.data or "", by=actor())
    flash(_("Your suspension is lifted."), "success")
    # on that page there is nothing more to do for a side, or for a department whose case is over
    watches = side_of(actor(), contract) is None and allows(actor(), Permission.AGREEMENT_SUSPEND, contract)
    following = ".suspension" if watches else ".show"
    return redirect(url_for(following, ref=ref), code=303)


# --- the end ---------------------------------------------------------------------------------------------------------


@bp.get("/agreements/<ref>/ending")
@needs_sign_in
def ending(ref: str) -> ResponseReturnValue:
    """Every way in which a contract ends or goes on, each with what follows from it."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    still = {"call_offs": open_call_offs(contract), "disputes": open_disputes(contract), "book": book_of(contract)}
    shortest = {one.value: terminating.earliest_end(one) for one in TerminationGround}
    return _page(
        "ending", contract, form=NoticeForm.shown(), shortest=shortest, renewable_from=renewable_from(contract), **still
    )


@bp.post("/agreements/<ref>/termination")
@needs_sign_in
@answers(ending)
def give_notice(ref: str) -> ResponseReturnValue:
    """One side ends the contract with a ground and a last day."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    form = NoticeForm.checked()
    ground = TerminationGround(form.ground.data)
    with writing():
        terminating.give_notice(contract, own_side(contract), ground, form.words.data, form.until.data, by=actor())
    flash(_("The other side has your notice. No new call-offs are placed from now on."), "success")
    return redirect(url_for(".show", ref=ref), code=303)


@bp.post("/agreements/<ref>/termination/minutes")
@needs_sign_in
@answers(ending)
def propose_termination(ref: str) -> ResponseReturnValue:
    """Begin minutes of termination that both sides sign."""
    return _minutes(ref, PaperKind.TERMINATION)


@bp.post("/agreements/<ref>/liquidation")
@needs_sign_in
@answers(ending)
def propose_liquidation(ref: str) -> ResponseReturnValue:
    """Begin minutes of liquidation that both sides sign."""
    return _minutes(ref, PaperKind.LIQUIDATION)


def _minutes(ref: str, kind: PaperKind) -> ResponseReturnValue:
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    with writing():
        paper = terminating.propose_minutes(contract, own_side(contract), kind, by=actor()).ref
    flash(_("The minutes are begun. Look them over, then send them to the other side."), "success")
    return redirect(url_for(".draft", ref=paper), code=303)


@bp.post("/agreements/<ref>/closing")
@needs_sign_in
@answers(ending)
def confirm_closing(ref: str) -> ResponseReturnValue:
    """This side says that everything is done."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    with writing():
        is_over = endings.confirm_closing(contract, own_side(contract), by=actor())
    done = _("Both sides have confirmed: the contract is completed.")
    flash(done if is_over else _("Noted. The contract is completed when the other side confirms, too."), "success")
    return redirect(url_for(".show", ref=ref), code=303)


@bp.post("/agreements/<ref>/closing/withdrawal")
@needs_sign_in
@answers(ending)
def take_back_closing(ref: str) -> ResponseReturnValue:
    """Not everything is done after all."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    with writing():
        endings.take_back_closing(contract, own_side(contract), by=actor())
    flash(_("Your confirmation is taken back."), "success")
    return redirect(url_for(".ending", ref=ref), code=303)


@bp.post("/agreements/<ref>/renewal")
@needs_sign_in
@answers(ending)
def renew(ref: str) -> ResponseReturnValue:
    """Begin the contract that follows this one."""
    contract = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    with writing():
        following = renewing.renew(contract, own_side(contract), by=actor()).ref
    flash(_("The draft of the next contract is ready, with its own number. Look it over, then send it."), "success")
    return redirect(url_for(".draft", ref=following), code=303)


@bp.post("/agreements/<ref>/sale")
@needs_sign_in
@answers(amendments)
def begin_sale(ref: str) -> ResponseReturnValue:
    """Begin a sale contract under a framework agreement."""
    framework = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    with writing():
        made = renewing.begin_sale_under(framework, own_side(framework), by=actor()).ref
    flash(_("The draft keeps to the goods, prices and term of the framework agreement."), "success")
    return redirect(url_for(".draft", ref=made), code=303)
