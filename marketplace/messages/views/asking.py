"""Beginning a conversation about a thing; a guest's words wait for her until she has signed in."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.refs import new_token
from marketplace.core.refusals import Forbidden, NotSeen
from marketplace.messages import bp, policies, queries, services, subjects
from marketplace.messages.forms import MessageForm
from marketplace.messages.services import Words
from marketplace.messages.subjects import About
from marketplace.messages.views.talking import words_of
from marketplace.web.requests import actor, answers, private, query_text
from marketplace.web.security import limiter


def _about(kind: str, ref: str) -> About:
    """The thing, for whoever may ask about it: nobody asks her own organisation."""
    found = subjects.about(actor(), kind, ref)
    if found is None:
        raise NotSeen
    if found.asker is None and policies.answers_for(actor(), found.organisation_id):
        raise Forbidden
    return found


@bp.get("/messages/new/<kind>/<ref>")
def ask(kind: str, ref: str) -> ResponseReturnValue:
    """The form, with what was typed before signing in; who has asked before goes on where she was."""
    about, token = _about(kind, ref), query_text("draft", most=48)
    known = queries.threads_about(actor(), kind, [about.ref]).get(about.ref)
    if known is not None:
        return redirect(url_for(".show", ref=known.ref, draft=token or None))
    kept = queries.draft(token)
    form = MessageForm.shown(
        token=token or new_token(), text=kept.body if kept else "", may_be_public=bool(kept and kept.may_be_public)
    )
    page = {"about": about, "form": form, "kept": kept, "public": subjects.may_be_public(kind), "kind": kind}
    return private(make_response(render_template("messages/ask.html", **page)))


def _is_known() -> bool:
    """Whoever has signed in is limited by what she begins and writes."""
    return actor().is_signed_in


@bp.post("/messages/new/<kind>/<ref>")
@limiter.limit("200/hour", exempt_when=_is_known)
@answers(ask)
def begin(kind: str, ref: str) -> ResponseReturnValue:
    """Send it; a guest is asked to sign in, and finds her words again."""
    about, form = _about(kind, ref), MessageForm.checked()
    if not actor().is_signed_in:
        return _kept(kind, ref, form)
    words = words_of(form)
    with writing():
        thread_ref = services.begin(kind, about, words, by=actor()).thread.ref
    flash(_("Your message is on its way to %(name)s.", name=_other(about)), "success")
    return redirect(url_for(".show", ref=thread_ref), code=303)


def _other(about: About) -> str:
    return about.asker_name if policies.answers_for(actor(), about.organisation_id) else about.organisation_name


def _kept(kind: str, ref: str, form: MessageForm) -> ResponseReturnValue:
    with writing():
        token = services.keep_draft(Words(form.text.data or "", may_be_public=form.may_be_public.data))
    return redirect(url_for(".ask", kind=kind, ref=ref, draft=token), code=303)
