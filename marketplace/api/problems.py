"""What a program is answered when something is wrong: problem details (RFC 9457), never a page, never a redirect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from marketplace.api.formats import Fault, Wrong
from marketplace.core import i18n
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox.worker import places, where
from marketplace.core.refusals import Forbidden, NotSeen, Refused
from marketplace.web.errors import tells
from marketplace.web.security import settings

PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
REALM = 'Bearer realm="api"'

log = structlog.get_logger()


class Problem(Exception):
    """What is wrong, by status; `more` are further members, `headers` go with it."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        errors: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(f"{status}")
        self.status, self.detail, self.errors = status, detail, list(errors)
        self.headers, self.more = dict(headers or {}), more


def titles() -> dict[int, tuple[str, str, str]]:
    """Each status with the name of its type, its title and what to do about it."""
    return {
        400: ("unreadable", _("The request cannot be read"), _("Please send well-formed JSON.")),
        401: (
            "no-token",
            _("A token is needed"),
            _("Send a personal token as “Authorization: Bearer …”; it is made at /me/tokens. Cookies do not count."),
        ),
        403: ("not-allowed", _("This is not allowed"), _("This token, or its owner, may not do this.")),
        404: ("not-found", _("There is nothing here"), _("It does not exist, or it is not meant for this token.")),
        405: ("wrong-method", _("This method does not work here"), _("The header Allow names those that do.")),
        406: ("not-acceptable", _("This form cannot be had"), _("Answers are JSON.")),
        409: ("not-now", _("This cannot be done now"), ""),
        412: (
            "changed-meanwhile",
            _("It has changed meanwhile"),
            _("Read it again, decide anew, and send its new ETag as If-Match."),
        ),
        413: ("too-large", _("The request is too large"), _("A body holds at most 64 kB.")),
        415: ("not-json", _("The body is not JSON"), _("Send Content-Type: application/json.")),
        422: ("wrong-input", _("Something in the request is wrong"), _("Each wrong field is named in errors.")),
        428: ("no-if-match", _("If-Match is missing"), _("Send the ETag of what you have read as If-Match.")),
        429: ("too-many", _("Too many requests"), _("Wait as many seconds as Retry-After says, then try again.")),
        500: ("broken", _("Something broke on our side"), _("We have noted it. Nothing was changed.")),
    }


def answer(problem: Problem) -> Response:
    """The problem as an answer."""
    known = titles()
    name, title, advice = known.get(problem.status, known[400 if problem.status < 500 else 500])
    told = {
        "type": f"{settings().site_url.rstrip('/')}/api#{name}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail or advice or title,
        "errors": [{"field": fault.field, "detail": fault.detail} for fault in problem.errors],
        **problem.more,
    }
    response = Response(json.dumps(told, ensure_ascii=False), problem.status, mimetype=MEDIA_TYPE)
    response.headers.update(
        {
            "Cache-Control": "no-store",
            "Content-Language": i18n.locale(),
            "Vary": "Accept-Language, Authorization",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            **problem.headers,
        }
    )
    if problem.status == 401:
        response.headers.setdefault("WWW-Authenticate", REALM)
    return response


def speak_as_asked() -> None:
    """The language of an answer follows `?lang=`, then Accept-Language: never a cookie, for caches keep answers."""
    asked = request.args.get("lang", "")
    i18n.speak(asked if asked in i18n.LOCALES else request.accept_languages.best_match(i18n.LOCALES) or "vi")


def told(error: Exception) -> Response | None:
    """The answer to a failure below /api/."""
    return _one_of_ours(error) if request.path.startswith(PREFIX) else None


def problem_of(error: Exception) -> Problem:
    """The problem that a failure is."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Wrong):
        return Problem(422, errors=error.faults)
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, (NotSeen, Forbidden)):
        return Problem(404 if isinstance(error, NotSeen) else 403)
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        return _http(error)
    log.error("request_failed", endpoint=request.endpoint, error=where(error), trace=places(error))
    return Problem(500)


def _refused(error: Refused) -> Problem:
    """A service's no: at a field it is wrong input, else it stands against the present state."""
    sentence = str(error.sentence)
    if error.field:
        return Problem(422, sentence, errors=[Fault(error.field, sentence)])
    return Problem(409, sentence)


def _http(error: HTTPException) -> Problem:
    wanted = {"allow", "retry-after"}
    headers = {name: value for name, value in error.get_headers() if name.lower() in wanted}
    return Problem(error.code or 400, headers=headers)


def _one_of_ours(error: Exception) -> Response:
    speak_as_asked()
    db.session.rollback()
    return answer(problem_of(error))


def register(app: Flask) -> None:
    """Answer every failure below /api/, also of addresses that do not exist."""
    tells(told)
    for kind in (Problem, Wrong):
        app.register_error_handler(kind, _one_of_ours)
