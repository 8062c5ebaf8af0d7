"""The site's edge: headers, a strict content policy, CSRF tokens, limits, the language, GETs that only read."""

from __future__ import annotations

import re

from flask import Flask, current_app, g, request, session
from flask import Response as Answer
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_limiter import ApplicationLimit, Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from config import Settings
from marketplace.core import i18n
from marketplace.core.database import forbid_writing
from marketplace.web.requests import ReadableRequest, is_get

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
}
LANGUAGE_COOKIE = "lang"
YEAR = 365 * 24 * 3600
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")

csrf = CSRFProtect()


class Sessions(SecureCookieSessionInterface):
    """Sessions in signed cookies, which never travel with what any cache may keep and hand to others."""

    def save_session(self, app: Flask, session: SessionMixin, response: Answer) -> None:
        """Write the cookie, unless the answer is anybody's."""
        if not response.cache_control.public:
            super().save_session(app, session, response)


def settings() -> Settings:
    """The settings of this process."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def _writes_of_an_address() -> str:
    return f"{settings().writes_per_minute}/minute"


def _writes_of_a_session() -> str:
    return f"{settings().own_writes_per_minute}/minute"


def _who() -> str:
    """The account or guest that this session names, or nothing."""
    return str(session.get("_user_id") or session.get("guest") or "")


def _names_nobody() -> bool:
    return is_get() or not _who()


# a whole village may stand behind one address, so its limit lies far above that of one session
limiter = Limiter(
    key_func=get_remote_address,
    application_limits=[
        ApplicationLimit(_writes_of_an_address, scope="address", exempt_when=is_get),
        ApplicationLimit(_writes_of_a_session, key_function=_who, scope="session", exempt_when=_names_nobody),
    ],
    headers_enabled=True,
)


def _most_text() -> int:
    return int(current_app.config["MAX_FORM_MEMORY_SIZE"])


def refuse_unreadable() -> None:
    """Addresses with control characters exist nowhere; neither do form names with them, nor forms without an end."""
    if _UNSEEN.search(request.path):
        raise NotFound
    if request.mimetype == "application/x-www-form-urlencoded" and (request.content_length or 0) > _most_text():
        raise RequestEntityTooLarge
    if request.method == "POST" and any("\x00" in name for name in request.form):
        raise BadRequest


def choose_language() -> None:
    """`?lang=` wins and is remembered, then the cookie, then Vietnamese."""
    asked = request.args.get("lang", "")
    i18n.speak(asked if asked in i18n.LOCALES else request.cookies.get(LANGUAGE_COOKIE, i18n.DEFAULT_LOCALE))
    if asked in i18n.LOCALES:
        g.language_to_keep = asked


def stop_speaking(_error: BaseException | None) -> None:
    """A language ends with its request: what the thread does next is spoken in Vietnamese."""
    i18n.speak(i18n.DEFAULT_LOCALE)


def keep_reads_from_writing() -> None:
    """A GET never writes."""
    if is_get():
        forbid_writing()


def finish(response: Response) -> Response:
    """Headers on every answer; a chosen language goes into its cookie."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "language_to_keep" in g:
        response.set_cookie(LANGUAGE_COOKIE, g.language_to_keep, max_age=YEAR, samesite="Lax", secure=settings().https)
    if settings().https:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    if not response.headers.get("Cache-Control"):
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def tell_to_wait_only_where_it_helps(response: Response) -> Response:
    """The limiter writes Retry-After on every answer; a client that obeys would put off even a redirect by a minute."""
    if response.status_code not in {429, 503}:
        response.headers.pop("Retry-After", None)
    return response


def register(app: Flask) -> None:
    """Put the guards around every request."""
    chosen: Settings = app.config["SETTINGS"]
    if chosen.trusted_proxies:
        hops = chosen.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.request_class = ReadableRequest
    app.session_interface = Sessions()
    for guard in (choose_language, refuse_unreadable, keep_reads_from_writing):
        app.before_request(guard)
    app.teardown_request(stop_speaking)
    csrf.init_app(app)
    # what is registered first is asked last
    app.after_request(tell_to_wait_only_where_it_helps)
    limiter.init_app(app)
    app.after_request(finish)
