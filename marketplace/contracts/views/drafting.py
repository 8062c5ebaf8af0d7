"""The editor of a text, step by step: plain forms, saved by the server, with what is missing always in sight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms import terms as editing
from marketplace.contracts.forms.agreements import SendForm
from marketplace.contracts.forms.terms import STEP_OF, Step, Wanted, steps_of
from marketplace.contracts.models import Agreement
from marketplace.contracts.policies import agreement_for, side_of
from marketplace.contracts.queries import changes, goods, rules, versions
from marketplace.contracts.queries.parties import party_of
from marketplace.contracts.queries.quotes import freight_in_one
from marketplace.contracts.queries.versions import Text
from marketplace.contracts.services import agreements as services
from marketplace.contracts.services import picturing
from marketplace.contracts.states.agreements import AgreementKind, Side
from marketplace.contracts.terms import describing, naming, noting
from marketplace.contracts.terms.checking import Missing, worth_a_look
from marketplace.contracts.terms.filling import BLANK
from marketplace.contracts.views.agreements import for_sides, head_of
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import Forbidden, NotSeen
from marketplace.web.filters import number
from marketplace.web.requests import actor, answers, private, query_text


@bp.get("/agreements/<ref>/draft")
@needs_sign_in
def draft(ref: str) -> ResponseReturnValue:
    """One step of the editor; whoever has nothing to write is led to the paper itself."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    side = _side(agreement)
    if not versions.may_write(agreement, side):
        return redirect(url_for(".show", ref=ref))
    text = _text(agreement, side)
    step = _step(agreement)
    page = {**_editor(agreement, side, text, step), **_of_step(agreement, text, step), **head_of(agreement)}
    return private(make_response(render_template("contracts/draft.html", **page)))


def _side(agreement: Agreement) -> Side:
    side = side_of(actor(), agreement)
    if side is None:
        raise Forbidden
    return side


def _text(agreement: Agreement, side: Side) -> Text:
    """What is written on; there is none only once nothing can be written any more."""
    text = versions.text_to_write(agreement, side)
    if text is None:
        raise NotSeen
    return text


def _step(agreement: Agreement) -> Step:
    possible = steps_of(agreement.kind, agreement.paper)
    asked = query_text("step") or request.form.get("step", "")
    return next((one for one in possible if one.value == asked), possible[0])


def _editor(agreement: Agreement, side: Side, text: Text, step: Step) -> dict[str, Any]:
    """What every step shows: its fields, the way through, the sums, and what is missing."""
    library = rules.library(agreement.kind, agreement.paper)
    lacking = changes.to_do(agreement, text.terms, library)
    possible = steps_of(agreement.kind, agreement.paper)
    place = possible.index(step)
    return {
        "terms": text.terms,
        "text": text,
        "step": step,
        "possible": possible,
        "after": possible[place + 1] if place + 1 < len(possible) else None,
        "before": possible[place - 1] if place else None,
        "missing": _at_their_steps(lacking),
        "worth": _at_their_steps(worth_a_look(text.terms)),
        "library": library,
        "is_stale": text.draft is not None and text.draft.based_on != agreement.last_version,
        "is_behind": changes.is_behind(agreement),
        "is_mou": agreement.kind is AgreementKind.MOU,
        "mine": side.value,
        "entry": _entry,
        "pairs": _pairs,
        "line_choices": [(one["key"], one["product"] or one["key"]) for one in text.terms["lines"]],
        "say": describing.said,
        "totals": describing.totals(text.terms),
        "in_words": describing.in_words(text.terms),
    }


def _at_their_steps(found: Iterable[Missing]) -> list[tuple[Missing, Step]]:
    return [(one, STEP_OF.get(one.section, Step.CHECK)) for one in found]


def _of_step(agreement: Agreement, text: Text, step: Step) -> dict[str, Any]:
    """What one step alone shows."""
    if step is Step.PARTIES:
        across = party_of(agreement.organisation_of(_side(agreement).other))
        return {"unnamed": [name for name in editing.SIGNER if not across[name]]}
    if step is Step.GOODS:
        words = query_text("find", most=80)
        return {"words": words, "found": goods.goods_found(agreement.seller_id, words), "most": goods.FOUND}
    if step is Step.DELIVERY:
        return {"freight_in_one": freight_in_one(agreement.quote_id)}
    if step is Step.CLAUSES:
        present = {one["key"] for one in text.terms["clauses"]}
        return {
            "shown": {one.key: one for one in describing.clauses(text.terms)},
            "basis": describing.basis(text.terms),
            "offered": [one for one in rules.library(agreement.kind, agreement.paper) if one.key not in present],
            "gaps": _gaps(text.terms),
        }
    if step is Step.CHECK:
        base = versions.base_of(agreement)
        found = versions.changes_since_base(agreement, text.terms)
        page = {"described": describing.described(text.terms), "base": base, "found": found, "form": SendForm.shown()}
        return {**page, "notable": noting.notable(found) if found else [], "typed": request.form}
    return {}


def _pairs(path: str) -> list[tuple[str, Any]]:
    """The choices of a field with their words."""
    return [(one.value, one.label) for one in naming.CHOICES[path]]


def _gaps(terms: Mapping[str, Any]) -> set[str]:
    """Clauses that still have blanks to fill in."""
    return {one["key"] for one in terms["clauses"] if BLANK.search(one["text"])}


def _entry(path: str, value: Any) -> dict[str, Any]:
    """What a field shows: what was just typed, else what is kept; and what is wrong with it."""
    typed = request.form.get(path) if request.method == "POST" else None
    refusal = g.get("refusal")
    wrong = refusal.sentence if refusal is not None and refusal.field == path else ""
    return {"value": _as_typed(path, value) if typed is None else typed, "wrong": wrong, "id": path.replace(".", "-")}


def _as_typed(path: str, value: Any) -> str:
    """A value as people type it: thousands with dots."""
    if value is None:
        return ""
    plain = naming.unit(path) in (naming.Unit.VND, naming.Unit.QUANTITY, naming.Unit.COUNT)
    return number(int(value)) if plain else str(value).replace(".", ",") if _is_rate(path) else str(value)


def _is_rate(path: str) -> bool:
    return path == "payment.late_interest_percent"


# --- saving ---


@bp.post("/agreements/<ref>/draft")
@answers(draft)
def save_draft(ref: str) -> ResponseReturnValue:
    """Keep what was typed in a step, do the one act that was asked for, and go where it leads."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    side, step, act = _side(agreement), _step(agreement), request.form.get("act", "save")[:80]
    written = _written(agreement, side, step, act)
    with writing():
        services.save_draft(agreement, side, written, by=actor())
    return redirect(_next_place(agreement, step, act), code=303)


def _written(agreement: Agreement, side: Side, step: Step, act: str) -> dict[str, Any]:
    text = _text(agreement, side)
    library = rules.library(agreement.kind, agreement.paper)
    typed = editing.written(text.terms, request.form.to_dict(), step, side)
    return editing.acted(typed, act, request.form.to_dict(), Wanted(library, lambda sku: _facts(agreement, sku)))


def _facts(agreement: Agreement, sku: str) -> dict[str, Any] | None:
    """A pack as a new line: facts, today's price and tax."""
    good = goods.goods_by_sku(agreement.seller_id, [sku]).get(sku)
    if good is None:
        return None
    return {**good.facts(clock.today()), "price_vnd": good.price_vnd, "vat_percent": good.vat_percent}


def _next_place(agreement: Agreement, step: Step, act: str) -> str:
    """The next step, a list that was searched, or the same place with what is new in it."""
    possible = steps_of(agreement.kind, agreement.paper)
    if act == "next":
        after = possible[min(possible.index(step) + 1, len(possible) - 1)]
        return url_for(".draft", ref=agreement.ref, step=after.value)
    if act == "find":
        words = request.form.get("find", "")[:80]
        return url_for(".draft", ref=agreement.ref, step=step.value, find=words, _anchor="find")
    name, _colon, key = act.partition(":")
    if act == "save":
        flash(_("Saved."), "success")
    anchor = f"clause-{key}" if name in ("up", "down", "restore-clause", "add-clause") else None
    return url_for(".draft", ref=agreement.ref, step=step.value, _anchor=anchor)


@bp.get("/agreements/<ref>/preview.webp")
@needs_sign_in
def preview_picture(ref: str) -> ResponseReturnValue:
    """The PDF as it would look now, as a picture: it needs no reader of PDFs."""
    agreement = for_sides(ref)
    side = _side(agreement)
    text = versions.text_to_write(agreement, side) if versions.may_write(agreement, side) else None
    shown = text or versions.text_shown(agreement, side)
    if shown is None:
        raise NotSeen
    return private(Response(picturing.picture_of(shown.terms, agreement), mimetype="image/webp"))


@bp.post("/agreements/<ref>/draft/removal")
@answers(draft)
def drop_draft(ref: str) -> ResponseReturnValue:
    """Throw away my changes and begin again from the version on the table."""
    agreement = agreement_for(actor(), ref, Permission.AGREEMENT_EDIT)
    with writing():
        services.drop_draft(agreement, _side(agreement), by=actor())
    flash(_("Your changes are gone; the version on the table is as it was."), "success")
    return redirect(url_for(".show", ref=ref), code=303)
