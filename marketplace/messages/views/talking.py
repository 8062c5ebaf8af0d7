"""My conversations, and one of them."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.files import PRIVATE_SIZES, Missing, private_picture_key, store, take_private_picture
from marketplace.core.permissions import Permission, allows
from marketplace.core.refs import new_token
from marketplace.core.refusals import NotSeen
from marketplace.messages import bp, queries, services, subjects
from marketplace.messages.forms import MessageForm
from marketplace.messages.models import Thread
from marketplace.messages.policies import side_of, thread_for
from marketplace.messages.services import Words
from marketplace.messages.states import Side
from marketplace.web.forms import Form, number_field
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private, query_number, query_text

_SIZES = ",".join(f'"{size}"' for size in PRIVATE_SIZES)


class ReadForm(Form):
    """Up to which message the page has shown a conversation."""

    unseen = ("number",)
    number = number_field("", required=False)


@bp.get("/messages")
@needs_sign_in
def index() -> ResponseReturnValue:
    """Mine and my organisation's: what is unread first."""
    page = page_of(queries.threads_of(actor()), per_page=20, scalars=False)
    threads = [thread for thread, _unread in page.items]
    last = queries.last_messages(threads)
    sides = {thread.id: side_of(actor(), thread) for thread in threads}
    shown = render_template("messages/index.html", page=page, last=last, sides=sides, Side=Side)
    return private(make_response(shown))


@bp.get("/messages/<ref>")
@needs_sign_in
def show(ref: str) -> ResponseReturnValue:
    """One conversation: what it is about, what was said, and the form to go on."""
    thread = thread_for(actor(), ref)
    return private(make_response(render_template("messages/show.html", **_page(thread), form=_form(thread))))


def _form(thread: Thread) -> MessageForm:
    token = query_text("draft", most=48)
    kept = queries.draft(token)
    form = MessageForm.shown(token=token or new_token(), text=kept.body if kept else "")
    form.seen.data, form.seen.raw_data = thread.message_count, None
    return form


def _page(thread: Thread) -> dict[str, Any]:
    side = side_of(actor(), thread)
    said = queries.messages_of(thread, before=query_number("before", least=1))
    return {
        "thread": thread,
        "side": side,
        "Side": Side,
        "messages": said,
        "about": subjects.about(actor(), thread.subject_kind, thread.subject_ref),
        "subject": subjects.subject_of(thread.subject_kind),
        "earlier": said[0].number if said and said[0].number > 1 else None,
        "read": queries.mark_of(thread, actor().person_id),
        "published": queries.published_answers(thread),
        "reported": queries.reports_by(actor().person_id, thread),
        "may_publish": allows(actor(), Permission.QUESTION_PUBLISH, thread),
        "may_tick": side is Side.ASKER and subjects.may_be_public(thread.subject_kind),
    }


@bp.post("/messages/<ref>/messages")
@needs_sign_in
@answers(show)
def write(ref: str) -> ResponseReturnValue:
    """Say something more."""
    thread = thread_for(actor(), ref, Permission.THREAD_WRITE)
    words = words_of(MessageForm.checked())
    with writing():
        number = services.write(thread, words, by=actor()).number
    return redirect(url_for(".show", ref=ref, _anchor=f"m{number}"), code=303)


def words_of(form: MessageForm) -> Words:
    """What was typed and chosen; pictures are checked and kept here, before anything is written."""
    taken = tuple(take_private_picture(stream) for stream in form.streams)
    return Words(
        form.text.data or "",
        token=form.token.data,
        pictures=taken,
        may_be_public=form.may_be_public.data,
        seen=form.seen.data,
    )


@bp.post("/messages/<ref>/reading")
@needs_sign_in
@answers(show)
def read(ref: str) -> ResponseReturnValue:
    """What was shown is read; a page's script says so by itself."""
    thread, form = thread_for(actor(), ref), ReadForm.checked()
    with writing():
        services.mark_read(thread, form.number.data or thread.message_count, by=actor())
    return redirect(url_for(".index"), code=303)


@bp.get(f"/messages/<ref>/pictures/<string(length=64):sha256>/<any({_SIZES}):size>.webp")
@needs_sign_in
def picture(ref: str, sha256: str, size: str) -> ResponseReturnValue:
    """A picture, for the two sides of its conversation only."""
    found = queries.picture_in(thread_for(actor(), ref), sha256)
    try:
        content = store().get(private_picture_key(found.sha256, int(size))) if found else None
    except Missing:
        content = None
    if content is None:
        raise NotSeen
    response = Response(content, mimetype="image/webp")
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.set_etag(f"{sha256[:32]}-{size}")
    response.make_conditional(request)
    return response
