"""What people see when something is not there, not allowed, too much, or broken: a sentence and a way on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from flask import Flask, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox.worker import places, where
from marketplace.core.refusals import Forbidden, NotSeen, Refused
from marketplace.web.requests import BadInput, back, is_get

Teller = Callable[[Exception], ResponseReturnValue | None]
Answerer = Callable[[Any], ResponseReturnValue]

log = structlog.get_logger()
_tellers: list[Teller] = []


def tells(teller: Teller) -> Teller:
    """Register who answers failures otherwise than by a page, where the request asks for it (else None)."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def _asked_first(page_of: Answerer) -> Answerer:
    """The answer of a teller where one has any, else the page."""

    @wraps(page_of)
    def answered(error: Exception) -> ResponseReturnValue:
        told = (teller(error) for teller in _tellers)
        found = next((one for one in told if one is not None), None)
        return page_of(error) if found is None else found

    return answered


def _sentence(code: int) -> tuple[str, str]:
    known = {
        400: (
            _("We could not read this request"),
            _("Something in it was not as this page sends it. Please go back and try again."),
        ),
        403: (
            _("You may not do this"),
            _("Your account has no right to this act. Ask a manager of your organisation."),
        ),
        404: (_("We cannot find this page"), _("It may have moved, or it is not meant for this account.")),
        405: (_("This address is not a page"), _("It only takes what a form sends. Please go back and use the form.")),
        413: (_("This is too large"), _("Please send a smaller file: up to 10 MB.")),
        429: (_("Too many tries"), _("Please wait a minute, then try again. Nothing is lost.")),
    }
    lost = (_("Something broke on our side"), _("We have noted it. Nothing was changed; please try again in a moment."))
    return known.get(code, lost)


def page(code: int) -> ResponseReturnValue:
    """The error page of a status code."""
    title, sentence = _sentence(code)
    return make_response(render_template("layouts/error.html", code=code, title=title, sentence=sentence), code)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    db.session.rollback()
    answer = make_response(page(error.code))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            answer.headers[name] = value
    return answer


def _not_seen(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    return page(404)


def _forbidden(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    return page(403)


def _refused(error: Refused) -> ResponseReturnValue:
    db.session.rollback()
    if is_get():
        return page(404)
    flash(str(error.sentence), "error")
    return redirect(back(), code=303)


def _bad_input(error: BadInput) -> ResponseReturnValue:
    db.session.rollback()
    sentences = [
        str(message) for form in g.get("forms", {}).values() for errors in form.errors.values() for message in errors
    ]
    flash(sentences[0] if sentences else _("Please check what you typed."), "error")
    return redirect(back(), code=303)


def _stale(error: CSRFError) -> ResponseReturnValue:
    db.session.rollback()
    title = _("This page was open for too long")
    sentence = _("For your safety its form is no longer valid. Go back, reload the page and send it again.")
    return make_response(render_template("layouts/error.html", code=400, title=title, sentence=sentence), 400)


def _broken(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    # neither an error's words nor the values around it go to the log: they may hold a password or name people
    log.error("request_failed", endpoint=request.endpoint, error=where(error), trace=places(error))
    return page(500)


def register(app: Flask) -> None:
    """Answer every failure with a page."""
    app.register_error_handler(HTTPException, _asked_first(_http))
    app.register_error_handler(CSRFError, _asked_first(_stale))
    app.register_error_handler(NotSeen, _asked_first(_not_seen))
    app.register_error_handler(Forbidden, _asked_first(_forbidden))
    app.register_error_handler(Refused, _asked_first(_refused))
    app.register_error_handler(BadInput, _asked_first(_bad_input))
    if not app.config["SETTINGS"].testing:
        app.register_error_handler(Exception, _asked_first(_broken))
