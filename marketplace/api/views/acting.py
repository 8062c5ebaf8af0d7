"""Acts of programs: each in one transaction, once for each Idempotency-Key, or only as long as an ETag is true."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from marketplace.api.bearer import token_of_request
from marketplace.api.formats import Fault, Wrong, plain
from marketplace.api.operations import Answer, response_of
from marketplace.api.problems import Problem
from marketplace.api.services import answers
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _

_KEY = re.compile(r"[\x21-\x7e]{1,64}")
# a compressed answer carries its encoding behind the tag: "88bf10:zstd"
_TAG = re.compile(r'(?:W/)?"([^":]*)(?::\w+)?"')


def once(act: Callable[[], Any]) -> Response:
    """Do something; a request that comes again with its Idempotency-Key is answered as before."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        with writing():
            body = plain(act())
        return _told(body)
    if not _KEY.fullmatch(key):
        raise Wrong([Fault("Idempotency-Key", _("1 to 64 letters, digits or signs without spaces, please."))])
    return _once(act, key)


def _once(act: Callable[[], Any], key: str) -> Response:
    token = token_of_request()
    assert token is not None
    asked = _digest_of_request()
    with writing():
        body = answers.claim(token, key, asked)
        again = body is not None
        if body is None:
            body = plain(act())
            answers.keep(token, key, body)
    return _told(body, {"Idempotency-Replayed": "true"} if again else {})


def _digest_of_request() -> str:
    """What makes two requests the same: method, address and body."""
    whole = f"{request.method} {request.full_path}\n".encode() + request.environ.get("api.body", b"")
    return hashlib.sha256(whole).hexdigest()


def _told(body: Any, headers: dict[str, str] | None = None) -> Response:
    response = response_of(Answer(body, headers=headers or {}))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def tag_of(*figures: Any) -> str:
    """A version as an ETag names it."""
    return hashlib.sha256(repr(figures).encode()).hexdigest()[:24]


def expect(tag: str, **now: Any) -> None:
    """Go on only if the program has read the present version; else it is told what is true now (412)."""
    sent = request.headers.get("If-Match", "")
    if sent.strip() == "*" or tag in _TAG.findall(sent):
        return
    raise Problem(412, headers={"ETag": f'"{tag}"'}, current={**now, "etag": f'"{tag}"'})
