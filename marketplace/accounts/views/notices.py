"""What I was told."""

from __future__ import annotations

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core import i18n
from marketplace.core.database import writing
from marketplace.core.outbox.letters import letter_of
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, private


@bp.get("/me/notices")
@needs_sign_in
def notices() -> ResponseReturnValue:
    """What I and my organisation were told, the newest first."""
    page = page_of(queries.notices_of(actor()), per_page=20)
    letters = [(notice, letter_of(notice, i18n.locale())) for notice in page.items]
    unread = queries.unread_notices(actor())
    shown = render_template("accounts/notices.html", page=page, letters=letters, unread=unread)
    return private(make_response(shown))


@bp.post("/me/notices")
@needs_sign_in
def read_notices() -> ResponseReturnValue:
    """All of it is read."""
    with writing():
        services.mark_notices_read(actor())
    return redirect(url_for("accounts.notices"), code=303)
