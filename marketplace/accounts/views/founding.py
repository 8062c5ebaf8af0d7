"""Bringing an organisation here: what it is, where it is, who speaks for it."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, services, signing_in
from marketplace.accounts.forms import FORMS, ProfileForm
from marketplace.accounts.models import Organisation
from marketplace.accounts.services import Profile
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.states import JOINING, LegalForm
from marketplace.accounts.views.me import myself
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import NotSeen
from marketplace.places import queries as places
from marketplace.web.requests import actor, answers, private


def _kind(text: str) -> OrganisationKind:
    if text not in set(JOINING):
        raise NotSeen
    return OrganisationKind(text)


def with_choices(form: ProfileForm, kind: OrganisationKind) -> ProfileForm:
    """The lists of the form: legal forms of this kind, provinces of today, communes of the chosen one."""
    form.legal_form.choices = [("", _("Choose a legal form")), *((one.value, one.label) for one in FORMS[kind])]
    named = [(one.slug, one.name) for one in places.all_today()]
    form.province.choices = [("", _("Choose a province or city")), *named]
    chosen = places.province_by_slug(form.province.data or "", today=True)
    wards = [(ward.code, ward.name) for ward in places.wards_of(chosen)] if chosen else []
    form.ward.choices = [("", _("Choose a ward or commune")), *wards]
    return form


def profile_in(form: ProfileForm) -> Profile:
    """What the form says, for the service."""
    province = places.province_by_slug(form.province.data, today=True)
    assert province is not None, "the form's own list holds provinces of today"
    return Profile(
        legal_form=LegalForm(form.legal_form.data),
        legal_name=form.legal_name.data,
        name=form.name.data,
        tax_code=form.code,
        representative=form.representative.data,
        representative_title=form.representative_title.data or "",
        province=province,
        ward=places.ward_by_code(form.ward.data),
        street=form.street.data,
        phone=form.phone.data or None,
        email=form.email.data or None,
    )


def known_of(organisation: Organisation) -> dict[str, Any]:
    """What the form shows of an organisation that is here."""
    same = ("legal_name", "name", "representative", "representative_title", "street")
    return {
        **{name: getattr(organisation, name) for name in same},
        "legal_form": organisation.legal_form.value,
        "tax_code": organisation.tax_code or "",
        "province": organisation.province.slug,
        "ward": organisation.ward.code if organisation.ward else "",
        "phone": organisation.phone or "",
        "email": organisation.email or "",
    }


@bp.get("/me/organisations/new/<kind>")
@needs_sign_in
def new_organisation(kind: str) -> ResponseReturnValue:
    """The form for an organisation that is new here."""
    person, chosen = myself(), _kind(kind)
    known = {"email": person.email or "", "phone": person.phone or "", "representative": person.name}
    form = with_choices(ProfileForm.shown(**known), chosen)
    page = render_template("accounts/new_organisation.html", form=form, kind=chosen)
    return private(make_response(page))


@bp.post("/me/organisations/new/<kind>")
@needs_sign_in
@answers(new_organisation)
def found_organisation(kind: str) -> ResponseReturnValue:
    """Bring it here; its founder runs it and acts for it from now on."""
    chosen, by = _kind(kind), actor()
    form = ProfileForm.checked(lambda form: with_choices(form, chosen))
    profile = profile_in(form)
    with writing():
        ref = services.found(chosen, profile, by=by).ref
    signing_in.act_for(ref)
    flash(_("Thank you! The operator now looks at your details."), "success")
    return redirect(url_for("accounts.organisation"), code=303)
