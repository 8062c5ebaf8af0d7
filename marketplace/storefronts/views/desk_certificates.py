"""OCOP certificates: declared by their producer, compared with the official list by the operator, shown only then."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue import services
from marketplace.catalogue.models import Certificate, Product
from marketplace.catalogue.policies import product_for
from marketplace.core.actors import Recipient
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox import notify
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.storefronts import bp, queries
from marketplace.storefronts.forms import CertificateForm, JudgeForm
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private


def _own(slug: str) -> Product:
    return product_for(actor(), slug, Permission.PRODUCT_EDIT)


def _waiting(product: Product, number: str) -> Certificate:
    found = next((one for one in product.certificates if one.is_waiting and one.number == number.strip()), None)
    if found is None:
        raise NotSeen
    return found


def _back(slug: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("storefronts.desk_product", slug=slug, _anchor="certificates"), code=303)


@bp.get("/desk/products/<slug>/new-certificate")
@needs_sign_in
def new_certificate(slug: str) -> ResponseReturnValue:
    """The form for what the paper says."""
    page = {"product": _own(slug), "form": CertificateForm.shown()}
    return private(make_response(render_template("storefronts/new_certificate.html", **page)))


@bp.post("/desk/products/<slug>/certificates")
@needs_sign_in
@answers(new_certificate)
def declare_certificate(slug: str) -> ResponseReturnValue:
    """What the paper says is kept until the operator has compared it."""
    found, form = _own(slug), CertificateForm.checked()
    words = {"number": form.number.data, "issued_by": form.issued_by.data, "issued_on": form.issued_on.data}
    with writing():
        services.declare_certificate(found, star=int(form.star.data), **words, by=actor())
    return _back(slug, _("The certificate is sent to the operator. Its star appears once it has been checked."))


@bp.post("/desk/products/<slug>/certificates/removal")
@needs_sign_in
def take_back_certificate(slug: str) -> ResponseReturnValue:
    """Something declared by mistake goes away again, unseen by anybody."""
    certificate = _waiting(_own(slug), request.form.get("number", "")[:80])
    with writing():
        services.take_back_certificate(certificate, by=actor())
    return _back(slug, _("The certificate is taken back."))


# --- the operator's look ---------------------------------------------------------------------------------------------


def _only_operators() -> None:
    if not allows(actor(), Permission.CERTIFICATE_JUDGE):
        raise NotSeen


@bp.get("/operator/certificates")
@needs_sign_in
def operator_certificates(**_asked: str) -> ResponseReturnValue:
    """What producers declared, the oldest first."""
    _only_operators()
    page = page_of(queries.waiting_certificates(), per_page=20)
    form = JudgeForm.shown()
    shown = render_template("storefronts/operator_certificates.html", page=page, form=form, asked=_asked.get("slug"))
    return private(make_response(shown))


def _judged(slug: str) -> tuple[Certificate, str]:
    _only_operators()
    product, form = catalogue.product_by_slug(slug), JudgeForm.checked()
    if product is None:
        raise NotSeen
    return _waiting(product, form.number.data), form.note.data


def _tell(certificate: Certificate, template: str, reason: str = "") -> None:
    product = certificate.product
    url = url_for("storefronts.desk_product", slug=product.slug, _anchor="certificates")
    recipient = Recipient("organisation", product.seller.ref)
    notify(recipient, template, product=product.name, number=certificate.number, reason=reason, url=url)


def _judged_back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".operator_certificates"), code=303)


@bp.post("/operator/certificates/<slug>/verification")
@needs_sign_in
@answers(operator_certificates)
def verify_certificate(slug: str) -> ResponseReturnValue:
    """The star is shown from now on."""
    certificate, note = _judged(slug)
    with writing():
        services.verify_certificate(certificate, note=note, by=actor())
        _tell(certificate, "storefronts/certificate_verified")
    return _judged_back(_("The certificate is checked: its star is shown from now on."))


@bp.post("/operator/certificates/<slug>/refusal")
@needs_sign_in
@answers(operator_certificates)
def refuse_certificate(slug: str) -> ResponseReturnValue:
    """The producer reads why it is not shown."""
    certificate, note = _judged(slug)
    with writing():
        services.refuse_certificate(certificate, reason=note, by=actor())
        _tell(certificate, "storefronts/certificate_refused", reason=note)
    return _judged_back(_("The certificate is refused; its producer reads why."))
