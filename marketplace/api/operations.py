"""One operation of the API: what it takes and gives, said once; requests are checked by it, the document shows it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from marketplace.api import bearer, problems
from marketplace.api.formats import Fault, Rule, Wrong, plain, read_json, read_query
from marketplace.api.problems import Problem
from marketplace.api.states import Scope
from marketplace.core import i18n
from marketplace.core.i18n import gettext as _
from marketplace.web.security import csrf, limiter, settings

View = TypeVar("View", bound=Callable[..., Any])

ADDRESS = "/api/v1"
KEPT_SECONDS = 60
LONGEST_BODY = 64 * 1024
# one address may stand for many programs
CALLS_OF_AN_ADDRESS = 10

bp = Blueprint(bearer.API, __name__, url_prefix=ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address. `guarded`: only with If-Match; `once`: an Idempotency-Key is honoured."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    tag: str
    answer: type
    query: type | None = None
    body: type | None = None
    scope: Scope | None = None
    path_rules: Mapping[str, Rule] = field(default_factory=dict)
    moves: bool = False
    found: bool = False
    guarded: bool = False
    once: bool = False

    @property
    def is_public(self) -> bool:
        """Anybody may ask, and caches may keep the answer."""
        return self.scope is None


@dataclass(frozen=True, slots=True)
class Answer:
    """A shape with its own ETag and further headers."""

    shape: Any
    tag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


OPERATIONS: list[Operation] = []


class Api:
    """The decorators by which views become operations."""

    def get(self, path: str, **what: Any) -> Callable[[View], View]:
        """It only reads."""
        return self._operation("GET", path, what)

    def post(self, path: str, **what: Any) -> Callable[[View], View]:
        """Something is done, once for each Idempotency-Key."""
        return self._operation("POST", path, {"once": True, **what})

    def put(self, path: str, **what: Any) -> Callable[[View], View]:
        """Something is set, if it is still as the program has read it."""
        return self._operation("PUT", path, {"guarded": True, **what})

    def _operation(self, method: str, path: str, what: dict[str, Any]) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            summary, _line, more = (view.__doc__ or "").partition("\n")
            description = " ".join(more.split())
            known: dict[str, Any] = {"name": view.__name__, "summary": summary.strip(), "description": description}
            operation = Operation(method=method, path=path, **known, **what)
            OPERATIONS.append(operation)
            bp.add_url_rule(path, view.__name__, _answering(operation, view), methods=[method])
            return view

        return decorate


api = Api()


def _answering(operation: Operation, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def answered(**path: str) -> Response:
        # a token that opens nothing is refused everywhere, so that nobody takes it for a good one
        bearer.token_of_request()
        if operation.scope is not None:
            bearer.require_scope(operation.scope)
        result = view(**path, **_given(operation))
        if isinstance(result, Response):
            return result
        whole = result if isinstance(result, Answer) else Answer(result)
        return _kept(response_of(whole), operation)

    return answered


def _given(operation: Operation) -> dict[str, Any]:
    """What came with the request, in its shapes; whatever else stands in the address is refused."""
    asked = {name: values for name, values in request.args.to_dict(flat=False).items() if name != "lang"}
    _check_language()
    read: Any = read_query(operation.query or Nothing, asked)
    given: dict[str, Any] = {"asked": read} if operation.query else {}
    if operation.body is not None:
        _check_if_match(operation)
        given["sent"] = read_json(operation.body, _json())
    return given


@dataclass(frozen=True, slots=True)
class Nothing:
    """No parameters."""


def _check_language() -> None:
    values = request.args.getlist("lang")
    if values and (len(values) > 1 or values[0] not in i18n.LOCALES):
        raise Wrong([Fault("lang", _("Please send one of: %(options)s.", options=", ".join(i18n.LOCALES)))])


def _check_if_match(operation: Operation) -> None:
    if operation.guarded and not request.headers.get("If-Match", "").strip():
        raise Problem(428)


def _json() -> Any:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    if (request.content_length or 0) > LONGEST_BODY:
        raise RequestEntityTooLarge
    body = request.stream.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        raise RequestEntityTooLarge
    request.environ["api.body"] = body
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise BadRequest from None


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose members are doubled means two things at once: it is not read."""
    known = dict(members)
    if len(known) < len(members):
        raise ValueError("doubled")
    return known


def _no_number(name: str) -> Any:
    raise ValueError(name)


# --- answers ---------------------------------------------------------------------------------------------------------


def response_of(whole: Answer) -> Response:
    """A shape as JSON, with the ETag that it has or that follows from what it says."""
    body = json.dumps(plain(whole.shape), ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(body, mimetype="application/json")
    response.set_etag(whole.tag or hashlib.sha256(body).hexdigest()[:24])
    response.headers.update(whole.headers)
    return response


def _kept(response: Response, operation: Operation) -> Response:
    """Public answers may be kept for a minute by anybody; what belongs to somebody is asked for anew each time."""
    response.headers["Content-Language"] = i18n.locale()
    if operation.is_public:
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        response.headers["Vary"] = "Accept-Language"
    else:
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Vary"] = "Accept-Language, Authorization"
    if operation.method == "GET":
        response.make_conditional(request)
    return response


@bp.after_request
def open_to_browsers(response: Response) -> Response:
    """Pages of others may read what is public; what needs a token is left to programs that keep it secret."""
    if request.endpoint in _public_endpoints() or request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _public_endpoints() -> set[str]:
    return {f"{bp.name}.{one.name}" for one in OPERATIONS if one.is_public}


def _calls_of_a_caller() -> str:
    return f"{settings().api_calls_per_minute}/minute"


def _calls_of_an_address() -> str:
    return f"{settings().api_calls_per_minute * CALLS_OF_AN_ADDRESS}/minute"


@bp.before_request
def _prepare() -> None:
    """Neither language nor anything else of a browser's cookies goes into an answer."""
    g.pop("language_to_keep", None)
    problems.speak_as_asked()


@bp.after_request
def _note_use(response: Response) -> Response:
    bearer.note_use()
    return response


def register(app: Flask) -> None:
    """Put every operation behind the guards of the API and hang them into the application."""
    csrf.exempt(bp)
    limiter.limit(_calls_of_a_caller, key_func=bearer.caller)(bp)
    limiter.limit(_calls_of_an_address)(bp)
    app.register_blueprint(bp)
