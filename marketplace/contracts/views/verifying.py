"""The public page on which anybody checks a paper: by its file, by the address in its QR code, by its SHA-256."""

from __future__ import annotations

import re

from flask import current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from config import Settings
from marketplace.contracts import bp
from marketplace.contracts.forms.verifying import VerifyForm
from marketplace.contracts.queries import verifying as queries
from marketplace.contracts.services import chain
from marketplace.web.requests import answers, private, query_text

SHA256 = re.compile(r"[0-9a-f]{64}")


@bp.get("/verify")
def verify() -> ResponseReturnValue:
    """Where a file is sent, or its SHA-256 typed in."""
    typed = "".join(query_text("sha256", most=200).lower().split())
    wrong = bool(typed) and not SHA256.fullmatch(typed)
    return _page(queries.by_hash(typed) if typed and not wrong else None, typed=typed, wrong=wrong)


@bp.post("/verify")
@answers(verify)
def verify_file() -> ResponseReturnValue:
    """What is known of a file; it is hashed and forgotten."""
    return _page(queries.by_content(VerifyForm.checked().content(_settings().upload_bytes)))


@bp.get("/verify/<token>")
def verify_token(token: str) -> ResponseReturnValue:
    """What the QR code of a paper leads to."""
    found = queries.by_token(token)
    if found is None:
        answer = make_response(_page(None, no_address=True))
        answer.status_code = 404
        return answer
    return _page(found)


def _page(
    found: queries.Finding | None, *, typed: str = "", wrong: bool = False, no_address: bool = False
) -> ResponseReturnValue:
    head = chain.last_published(_settings())
    page = {
        "no_address": no_address,
        "found": found,
        "typed": typed,
        "wrong": wrong,
        "head": head,
        "form": VerifyForm.shown(),
    }
    most = _settings().upload_bytes // (1024 * 1024)
    answer = make_response(render_template("contracts/verify.html", most=most, **page))
    # an address that leads to one paper is for its holders, not for search machines or shared caches
    return private(answer)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
