"""The operators' page of what signatures are measured by: authorities, their lists, registered certificates.

Lists are taken in by one person; which authority counts, two decide together.
"""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.contracts import bp
from marketplace.contracts.forms.signing import (
    MOST_CERTIFICATE,
    MOST_LIST,
    EndingForm,
    ListForm,
    RegistrationForm,
    RootForm,
)
from marketplace.contracts.policies.rules import only_rule_makers
from marketplace.contracts.queries import rules
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import rule_changes, trust
from marketplace.contracts.states.signing import ChangeKind
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox import enqueue
from marketplace.core.permissions import Permission, require
from marketplace.core.refusals import NotSeen
from marketplace.web.requests import actor, answers, private

TRUST = (ChangeKind.ROOT, ChangeKind.FINGERPRINT)


@bp.get("/operator/agreements/trust")
@needs_sign_in
def trust_page() -> ResponseReturnValue:
    """Which authorities count, how fresh their lists are, which certificates are registered, what waits."""
    only_rule_makers(actor())
    roots = known.all_roots()
    page: dict[str, Any] = {"roots": [(root, known.newest_list_of(root)) for root in roots], "now": clock.now()}
    page |= {"registered": known.registered(), "held": known.held_signatures(), "last_list_at": known.last_list_at()}
    page["waiting"] = [change for change in rules.open_changes() if change.kind in TRUST]
    page |= {"root_form": RootForm.shown(), "registration_form": RegistrationForm.shown()}
    page |= {"list_form": ListForm.shown(), "ending_form": EndingForm.shown()}
    return private(make_response(render_template("contracts/operator_trust.html", **page)))


def _only_changers() -> None:
    only_rule_makers(actor())
    require(actor(), Permission.RULES_CHANGE)


def _proposed(kind: ChangeKind, payload: dict[str, Any], words: str) -> ResponseReturnValue:
    with writing():
        change = rule_changes.propose_trust(kind, payload, words=words, by=actor())
    flash(_("%(ref)s is proposed. A second operator puts it into force or declines it.", ref=change.ref), "success")
    return redirect(url_for(".rule_change", ref=change.ref), code=303)


@bp.post("/operator/agreements/trust/roots")
@needs_sign_in
@answers(trust_page)
def propose_root() -> ResponseReturnValue:
    """Propose an authority."""
    _only_changers()
    form = RootForm.checked()
    payload = trust.root_payload(form.content_of("certificate", MOST_CERTIFICATE), form.crl_url.data or "")
    return _proposed(ChangeKind.ROOT, payload, form.words.data)


@bp.post("/operator/agreements/trust/roots/<fingerprint>/ending")
@needs_sign_in
@answers(lambda fingerprint: trust_page())
def propose_root_ending(fingerprint: str) -> ResponseReturnValue:
    """Propose that an authority counts no longer."""
    _only_changers()
    if (found := known.root_in_use(fingerprint)) is None:
        raise NotSeen
    return _proposed(ChangeKind.ROOT, trust.ending_payload(found), EndingForm.checked().words.data)


@bp.post("/operator/agreements/trust/certificates")
@needs_sign_in
@answers(trust_page)
def propose_registration() -> ResponseReturnValue:
    """Propose that a certificate without a tax code is bound to an organisation."""
    _only_changers()
    form = RegistrationForm.checked()
    content = form.content_of("certificate", MOST_CERTIFICATE)
    payload = trust.fingerprint_payload(content, form.organisation.data.upper())
    return _proposed(ChangeKind.FINGERPRINT, payload, form.words.data)


@bp.post("/operator/agreements/trust/certificates/<fingerprint>/ending")
@needs_sign_in
@answers(lambda fingerprint: trust_page())
def propose_registration_ending(fingerprint: str) -> ResponseReturnValue:
    """Propose that a registered certificate counts no longer."""
    _only_changers()
    if (found := known.registration_in_use(fingerprint)) is None:
        raise NotSeen
    return _proposed(ChangeKind.FINGERPRINT, trust.ending_payload(found), EndingForm.checked().words.data)


@bp.post("/operator/agreements/trust/lists")
@needs_sign_in
@answers(trust_page)
def take_revocation_list() -> ResponseReturnValue:
    """Take a list in from a file; whoever has signed it is asked at each use."""
    _only_changers()
    content = ListForm.checked().content_of("list", MOST_LIST)
    with writing():
        is_new = trust.take_list(content, by=actor())
        enqueue("contracts.look_again")
    sentence = (
        _("The list is taken in; held signatures are looked at again.") if is_new else _("We hold this list already.")
    )
    flash(sentence, "success")
    return redirect(url_for(".trust_page"), code=303)


@bp.post("/operator/agreements/trust/lists/refresh")
@needs_sign_in
@answers(trust_page)
def refresh_lists() -> ResponseReturnValue:
    """Fetch every list now; the worker does it."""
    _only_changers()
    with writing():
        enqueue("contracts.fetch_lists", max_attempts=2)
    flash(_("The lists are being fetched. Reload this page in a minute."), "success")
    return redirect(url_for(".trust_page"), code=303)
