"""What the command at the signer's side talks to, as JSON; and the page that explains it.

A code is the key to these addresses: it names one document, one side and one person, for ten minutes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from config import ROOT
from marketplace.contracts import bp
from marketplace.contracts.models import SigningCode
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import codes, signing
from marketplace.contracts.signatures.preparing import prepare
from marketplace.contracts.states.signing import Way
from marketplace.core.actors import Actor, ActorKind, Role
from marketplace.core.database import db, writing
from marketplace.core.files import store
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.web.requests import private
from marketplace.web.security import csrf, limiter, settings

COMMAND = ROOT / "tools" / "sign.py"
MOST_CERTIFICATES = 5
PDF = "application/pdf"
View = TypeVar("View", bound=Callable[..., Any])


@bp.get("/sign")
def about_command() -> ResponseReturnValue:
    """How to sign with one's own token by the command, and why it can be trusted."""
    script = COMMAND.read_bytes()
    page = {"sha256": hashlib.sha256(script).hexdigest(), "site": settings().site_url.rstrip("/")}
    return make_response(render_template("contracts/about_command.html", **page))


@bp.get("/sign/sign.py")
def command_file() -> ResponseReturnValue:
    """The command itself, to be read before it is run."""
    response = Response(COMMAND.read_bytes(), mimetype="text/x-python")
    response.headers["Content-Disposition"] = "attachment; filename=sign.py"
    return response


def _in_json(view: View) -> View:
    """Answer in JSON, refusals with their sentence as well; nobody but the command reads it."""

    @wraps(view)
    def answered(code: str, **arguments: Any) -> ResponseReturnValue:
        row = codes.find(code[:40])
        if row is None:
            return _told(str(codes.GONE), 404)
        try:
            return private(make_response(view(row, code=code, **arguments)))
        except Refused as refusal:
            db.session.rollback()
            return _told(str(refusal.sentence), 422)
        except (HTTPException, KeyError, TypeError, ValueError, binascii.Error):
            db.session.rollback()
            return _told(_("We could not read what was sent."), 400)

    return answered  # type: ignore[return-value]


def _told(sentence: str, status: int) -> ResponseReturnValue:
    return private(make_response(jsonify(error=sentence), status))


@bp.get("/sign/<code>")
@limiter.limit("120/minute")
@_in_json
def signing_task(row: SigningCode, code: str) -> ResponseReturnValue:
    """What is to be signed, and where it is fetched."""
    names = {"document": ".signing_document", "certificate": ".show_certificate"}
    return jsonify(**_task(row), **{name: url_for(endpoint, code=code) for name, endpoint in names.items()})


def _task(row: SigningCode) -> dict[str, Any]:
    document, agreement = row.document, row.document.agreement
    organisation, base = agreement.organisation_of(row.side), codes.top_file(document)
    return {
        "number": document.paper_number,
        "agreement": agreement.ref,
        "title": agreement.title,
        "seller": agreement.seller.legal_name,
        "buyer": agreement.buyer.legal_name,
        "side": row.side.value,
        "signs_for": organisation.legal_name,
        "tax_code": organisation.tax_code,
        "signer": row.person.name,
        "field": known.field_of(row.side),
        "sha256": hashlib.sha256(base).hexdigest(),
        "size": len(base),
    }


@bp.get("/sign/<code>/document.pdf")
@limiter.limit("60/minute")
@_in_json
def signing_document(row: SigningCode, code: str) -> ResponseReturnValue:
    """The revision that is signed."""
    return Response(codes.top_file(row.document), mimetype=PDF)


@bp.post("/sign/<code>/certificate")
@limiter.limit("60/minute")
@_in_json
def show_certificate(row: SigningCode, code: str) -> ResponseReturnValue:
    """Prepare the file for the certificate that the command shows; it gets the attributes to sign."""
    chain = [base64.b64decode(one, validate=True) for one in request.get_json()["certificates"][:MOST_CERTIFICATES]]
    block, field = known.block_of(row.document, row.side), known.field_of(row.side)
    prepared = prepare(codes.top_file(row.document), field, block, chain, is_trial=settings().demo)
    kept = signing.keep(prepared.file, "prepared.pdf")
    with writing():
        codes.offer(row, prepared, kept, chain)
    return jsonify(
        prepared=url_for(".prepared_document", code=code),
        sha256=kept.sha256,
        gap=[prepared.start, prepared.end],
        attributes=base64.b64encode(prepared.attributes).decode(),
        signature=url_for(".take_signature", code=code),
    )


@bp.get("/sign/<code>/prepared.pdf")
@limiter.limit("60/minute")
@_in_json
def prepared_document(row: SigningCode, code: str) -> ResponseReturnValue:
    """The file with room for the signature, over which the command reckons the digest itself."""
    if "file" not in row.prepared:
        return _told(_("The certificate comes first."), 404)
    return Response(store().get(row.prepared["file"]), mimetype=PDF)


@bp.post("/sign/<code>/signature")
@limiter.limit("60/minute")
@_in_json
def take_signature(row: SigningCode, code: str) -> ResponseReturnValue:
    """The signature comes back: the finished file is received like any other and checked like any other."""
    content = codes.signed_file(row, base64.b64decode(request.get_json()["signature"], validate=True))
    kept, by = signing.keep(content), _signer(row)
    with writing():
        codes.use(row)
        upload = signing.receive(row.document, row.side, kept, Way.TOKEN, by=by)
    page = url_for(".upload", ref=row.document.agreement.ref, upload_ref=upload.ref)
    return jsonify(upload=upload.ref, page=f"{settings().site_url.rstrip('/')}{page}")


def _signer(row: SigningCode) -> Actor:
    """Who asked for the code, on the side for which she asked."""
    organisation = row.document.agreement.organisation_of(row.side)
    return Actor(
        kind=ActorKind.PERSON,
        ref=row.person.ref,
        person_id=row.person_id,
        organisation_id=organisation.id,
        organisation_ref=organisation.ref,
        organisation_kind=organisation.kind,
        roles=frozenset({Role.SIGNATORY}),
        display_name=row.person.name,
    )


# the code in the address is what a token in a form would be
csrf.exempt(show_certificate)
csrf.exempt(take_signature)
