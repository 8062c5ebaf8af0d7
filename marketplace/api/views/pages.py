"""The pages for people: what the API is, their tokens, their webhooks with the log of every try."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import signing_in
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.api import policies, queries
from marketplace.api.forms import TokenForm, WebhookForm
from marketplace.api.operations import ADDRESS
from marketplace.api.policies import message_for, token_for, webhook_for
from marketplace.api.problems import titles
from marketplace.api.queries import webhooks as known
from marketplace.api.queries.tokens import MOST_TOKENS
from marketplace.api.services import messages, tokens, webhooks
from marketplace.api.states import Happening, Scope
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import NotSeen
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private
from marketplace.web.security import limiter, settings

# a receiver may take seconds over each message, and the worker waits for it
MOST_BY_HAND = "60/hour"

bp = Blueprint("programs", __name__)


def _for_whom() -> str:
    """The organisation that sends messages by hand, whoever of its people it is."""
    return actor().organisation_ref or actor().ref


_by_hand = limiter.shared_limit(MOST_BY_HAND, scope="webhooks by hand", key_func=_for_whom)


def _shown_once(template: str, **words: Any) -> ResponseReturnValue:
    """A secret on its page, which no cache keeps."""
    return private(make_response(render_template(template, **words)))


@bp.get("/api")
def about() -> ResponseReturnValue:
    """What programs can do here, how to begin, and what every problem means."""
    site = settings().site_url.rstrip("/")
    page = {"base": site + ADDRESS, "site": site, "problems": titles(), "scopes": Scope, "happenings": Happening}
    return render_template("api/about.html", **page)


# --- tokens ---


def _person() -> Person:
    person = signing_in.current_person()
    if person is None:
        raise NotSeen
    return person


def _trading() -> list[Organisation]:
    """Those of hers that a program may act for."""
    return [one for one in signing_in.organisations_of(_person()) if policies.may_have_tokens_for(one)]


def _offer(form: TokenForm) -> None:
    form.offer([(one.ref, one.name) for one in _trading()])


@bp.get("/me/tokens")
@needs_sign_in
def own_tokens() -> ResponseReturnValue:
    """Her tokens, and the form for another one."""
    form = TokenForm.shown(days="90", organisation=actor().organisation_ref or "")
    _offer(form)
    page = {"tokens": queries.tokens_of(_person().id), "form": form, "most": MOST_TOKENS}
    return private(make_response(render_template("api/tokens.html", **page)))


@bp.post("/me/tokens")
@needs_sign_in
@answers(own_tokens)
def make_token() -> ResponseReturnValue:
    """A new token, whose secret is shown this once; only for somebody who knows her password."""
    form, person = TokenForm.checked(_offer), _person()
    chosen = next((one for one in _trading() if one.ref == form.organisation.data), None)
    signing_in.prove(person, form.current.data, address=request.remote_addr or "")
    terms = {"name": form.name.data, "scopes": form.rights, "days": int(form.days.data)}
    with writing():
        token, secret = tokens.make(person, chosen, **terms, by=actor())
    return _shown_once("api/token_made.html", token=token, secret=secret, base=settings().site_url.rstrip("/"))


@bp.post("/me/tokens/<ref>/revocation")
@needs_sign_in
def revoke_token(ref: str) -> ResponseReturnValue:
    """The token opens nothing any more."""
    token = token_for(actor(), ref)
    with writing():
        tokens.revoke(token, by=actor())
    flash(_("The token “%(name)s” is revoked.", name=token.name), "success")
    return redirect(url_for(".own_tokens"), code=303)


# --- webhooks ---


@bp.get("/me/webhooks")
@needs_sign_in
def own_webhooks() -> ResponseReturnValue:
    """The addresses of her organisation, and the form for another one."""
    found = known.webhooks_of(policies.own_organisation_id(actor()))
    form = WebhookForm.shown(happenings=[one.value for one in Happening])
    waiting = known.waiting_by_webhook([one.id for one in found])
    return private(make_response(render_template("api/webhooks.html", webhooks=found, form=form, waiting=waiting)))


@bp.post("/me/webhooks")
@needs_sign_in
@answers(own_webhooks)
def name_webhook() -> ResponseReturnValue:
    """Tell one more address; its secret is shown this once."""
    policies.own_organisation_id(actor())
    form = WebhookForm.checked()
    organisation = next(one for one in _trading() if one.ref == actor().organisation_ref)
    with writing():
        webhook, secret = webhooks.name(organisation, url=form.url.data, happenings=form.chosen, by=actor())
    return _shown_once("api/webhook_secret.html", webhook=webhook, secret=secret)


@bp.get("/me/webhooks/<ref>")
@needs_sign_in
def own_webhook(ref: str, **_asked: str) -> ResponseReturnValue:
    """One address: what it is told, and how every try ended."""
    webhook = webhook_for(actor(), ref)
    page = page_of(known.messages_of(webhook), per_page=20)
    form = WebhookForm.shown(url=webhook.url, happenings=webhook.happenings)
    return private(make_response(render_template("api/webhook.html", webhook=webhook, page=page, form=form)))


def _back(ref: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".own_webhook", ref=ref), code=303)


@bp.post("/me/webhooks/<ref>")
@needs_sign_in
@answers(own_webhook)
def change_webhook(ref: str) -> ResponseReturnValue:
    """Another address, or other events."""
    webhook = webhook_for(actor(), ref)
    form = WebhookForm.checked()
    with writing():
        webhooks.change(webhook, url=form.url.data, happenings=form.chosen, by=actor())
    return _back(ref, _("Saved."))


@bp.post("/me/webhooks/<ref>/secret")
@needs_sign_in
@answers(own_webhook)
def renew_secret(ref: str) -> ResponseReturnValue:
    """A new secret, shown this once."""
    webhook = webhook_for(actor(), ref)
    with writing():
        secret = webhooks.renew_secret(webhook, by=actor())
    return _shown_once("api/webhook_secret.html", webhook=webhook, secret=secret)


@bp.post("/me/webhooks/<ref>/test")
@_by_hand
@needs_sign_in
@answers(own_webhook)
def send_test(ref: str) -> ResponseReturnValue:
    """A message that is of no order."""
    webhook = webhook_for(actor(), ref)
    with writing():
        webhooks.send_test(webhook, by=actor())
    return _back(ref, _("A test message is on its way. Reload this page in a moment to see how it ended."))


@bp.post("/me/webhooks/<ref>/pause")
@needs_sign_in
@answers(own_webhook)
def pause_webhook(ref: str) -> ResponseReturnValue:
    """The address is told nothing for now."""
    webhook = webhook_for(actor(), ref)
    with writing():
        webhooks.pause(webhook, by=actor())
    return _back(ref, _("The address is paused."))


@bp.post("/me/webhooks/<ref>/resumption")
@needs_sign_in
@answers(own_webhook)
def resume_webhook(ref: str) -> ResponseReturnValue:
    """The address is told again."""
    webhook = webhook_for(actor(), ref)
    with writing():
        webhooks.resume(webhook, by=actor())
    return _back(ref, _("The address is told again from now on."))


@bp.post("/me/webhooks/<ref>/removal")
@needs_sign_in
def remove_webhook(ref: str) -> ResponseReturnValue:
    """The address is forgotten."""
    webhook = webhook_for(actor(), ref)
    with writing():
        webhooks.remove(webhook, by=actor())
    flash(_("The address is removed."), "success")
    return redirect(url_for(".own_webhooks"), code=303)


@bp.post("/me/webhooks/<ref>/messages/<message>/delivery")
@_by_hand
@needs_sign_in
@answers(own_webhook)
def send_again(ref: str, message: str) -> ResponseReturnValue:
    """One message once more, under the same id."""
    found = message_for(actor(), ref, message)
    with writing():
        messages.send_again(found, by=actor())
    return _back(ref, _("The message is sent once more."))
