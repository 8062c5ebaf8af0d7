"""One request: who acts, what the address asks for, and how a refused form is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import IO, Any, TypeVar, cast
from urllib.parse import SplitResult, parse_qsl, urlsplit

from flask import Request, g, make_response, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Response

from marketplace.core.actors import Actor, ActorKind
from marketplace.core.database import db
from marketplace.core.refs import new_token
from marketplace.core.refusals import Refused
from marketplace.core.text import clean

View = TypeVar("View", bound=Callable[..., Any])
ActorSource = Callable[[], Actor | None]

_actor_sources: list[ActorSource] = []
_LONGEST_NUMBER = 9


class FormReader(FormDataParser):
    """Reads posted forms; bytes that are no text become the mark of a lost letter, which every field refuses."""

    def _parse_urlencoded(self, stream: IO[bytes], *_about: Any) -> Any:
        body = stream.read().decode(errors="replace")
        return stream, self.cls(parse_qsl(body, keep_blank_values=True, errors="replace")), self.cls()


class ReadableRequest(Request):
    """A request whose forms are read as above."""

    form_data_parser_class = FormReader


class BadInput(Exception):
    """A form that was filled in wrongly; it keeps what was typed and the sentence at each field."""


def actor_source(source: ActorSource, *, first: bool = False) -> ActorSource:
    """Register what finds the actor of a request; the first that answers wins, one put `first` before all others."""
    if source not in _actor_sources:
        _actor_sources.insert(0 if first else len(_actor_sources), source)
    return source


def actor() -> Actor:
    """Who acts in this request: somebody signed in, a token, or a guest known by a random name in her session."""
    if "actor" not in g:
        found = (source() for source in _actor_sources)
        g.actor = next((one for one in found if one is not None), None) or guest()
    return cast(Actor, g.actor)


def guest() -> Actor:
    """The guest of this session; her name is only made when something has to be remembered."""
    return Actor(kind=ActorKind.GUEST, ref=session.get("guest", ""), grants=frozenset(session.get("grants", ())))


def named_guest() -> str:
    """The random name of this session's guest, made now if there is none yet."""
    if "guest" not in session:
        session["guest"] = new_token()
        session.permanent = True
        g.pop("actor", None)
    return str(session["guest"])


def remember(name: str, value: str) -> None:
    """Keep a harmless choice (a place, a view) in this session."""
    if session.get(name) != value:
        session[name] = value


def remembered(name: str) -> str:
    """A choice kept in this session, or nothing."""
    return str(session.get(name, ""))


def grant(what: str) -> None:
    """Remember in this session that its holder proved a right, for instance by a signed link."""
    session["grants"] = sorted({*session.get("grants", ()), what})[-50:]
    g.pop("actor", None)


def answers(show: Callable[..., ResponseReturnValue]) -> Callable[[View], View]:
    """A bad form or a refusal is answered by the page that GET shows, with 422, the sentence and what was typed."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(**arguments: Any) -> ResponseReturnValue:
            try:
                return cast(ResponseReturnValue, view(**arguments))
            except BadInput:
                pass
            except Refused as refusal:
                g.refusal = refusal
            db.session.rollback()
            response = make_response(show(**arguments))
            response.status_code = 422
            return response

        return cast(View, answered)

    return decorate


def is_get() -> bool:
    """A request that only reads."""
    return request.method in {"GET", "HEAD", "OPTIONS"}


def query_text(name: str, *, most: int = 120) -> str:
    """One text from the address, cleaned and cut."""
    return clean(request.args.get(name, "")[: most * 4])[:most]


def query_texts(name: str, *, most: int = 80) -> list[str]:
    """Every value of a repeated name in the address, cleaned, without repeats, in their order."""
    return list(dict.fromkeys(text for text in (clean(v[:200]) for v in request.args.getlist(name)[:most]) if text))


def query_number(name: str, *, least: int = 0, most: int = 10**_LONGEST_NUMBER - 1) -> int | None:
    """A whole number from the address within bounds, or None where there is none."""
    digits = re.sub(r"[.\s\u00a0]", "", query_text(name, most=20))
    if not re.fullmatch(rf"[0-9]{{1,{_LONGEST_NUMBER}}}", digits):
        return None
    return min(max(int(digits), least), most)


def query_flag(name: str) -> bool:
    """A switch in the address that is on."""
    return request.args.get(name) == "1"


def asked_for(*without: str) -> dict[str, list[str]]:
    """What this address asks for, to build another from it; names that would steer the building itself are left out."""
    steering = {"endpoint", "_anchor", "_external", "_method", "_scheme", *(request.view_args or {}), *without}
    return {name: values for name, values in request.args.to_dict(flat=False).items() if name not in steering}


def _parts_of(address: str | None) -> SplitResult:
    """The parts of an address; of one that is none ("//[") they are empty."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def safe_next(address: str | None) -> str:
    """A page of this site to go on to, or the home page: never somebody else's address."""
    parts = _parts_of(address)
    inside = bool(address) and not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if not inside or "\\" in str(address) or str(address).startswith("//") or re.search(r"[\x00-\x20]", str(address)):
        return url_for("storefronts.home")
    return str(address)


def back() -> str:
    """The page of this site that the reader came from."""
    referrer = _parts_of(request.referrer)
    same = referrer.netloc == request.host
    return safe_next(f"{referrer.path}?{referrer.query}".rstrip("?") if same else None)


def private(response: Response) -> Response:
    """A page that no cache may keep."""
    response.headers["Cache-Control"] = "no-store, private"
    return response
