"""Where I am signed in, and signing devices out."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, services, signing_in
from marketplace.accounts.forms import SessionForm
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.views.me import me, myself
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.web.requests import actor, answers


@bp.post("/me/sessions/end")
@needs_sign_in
@answers(me)
def end_session() -> ResponseReturnValue:
    """Sign one device out; this one, too, if it is chosen."""
    person, wanted = myself(), SessionForm.checked().session.data
    if wanted == signing_in.current_key():
        signing_in.end()
    else:
        with writing():
            services.end_one(person, wanted, by=actor())
    flash(_("The device is signed out."), "success")
    return redirect(url_for("accounts.me", _anchor="sessions"), code=303)


@bp.post("/me/sessions/end-others")
@needs_sign_in
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other device out."""
    person = myself()
    with writing():
        ended = services.end_others(person, signing_in.current_key(), by=actor())
    flash(ngettext("%(num)s other device is signed out.", "%(num)s other devices are signed out.", ended), "success")
    return redirect(url_for("accounts.me", _anchor="sessions"), code=303)
