"""Founding an organisation here and keeping its profile: what was verified changes only with the operator's yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.accounts import queries
from marketplace.accounts.events import OrganisationRenamed
from marketplace.accounts.models import Application, Membership, Organisation
from marketplace.accounts.states import (
    HEAD,
    PERSONAL_FORMS,
    ApplicationAction,
    ApplicationKind,
    ApplicationState,
    LegalForm,
    OrganisationState,
)
from marketplace.core import audit, clock, tax_codes
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db, lock
from marketplace.core.events import publish
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.lifecycle import move
from marketplace.core.outbox import notify
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.core.text import slugify
from marketplace.places.models import Province, Ward

MOST_PENDING = 3
MOST_LETTERS_AN_HOUR = 3
# what stands on the certificate of registration
LEGAL = ("legal_form", "legal_name", "tax_code")
TAKEN = _l(
    "An organisation with this tax code is here already. If it is yours, ask its manager to invite you, "
    "or write to the operator of the marketplace."
)

ONCE_MORE = _l("Somebody else has just chosen the same name. Please send it once more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything that an organisation says of itself; `tax_code` in its normalised spelling."""

    legal_form: LegalForm
    legal_name: str
    name: str
    tax_code: str
    representative: str
    representative_title: str
    province: Province
    ward: Ward | None
    street: str
    phone: str | None
    email: str | None


def found(kind: OrganisationKind, profile: Profile, *, by: Actor) -> Organisation:
    """A new organisation that waits for the operator, run by whoever founded it; refuses a tax code known here."""
    if queries.pending_of(by.person_id or 0) >= MOST_PENDING:
        raise Refused(_l("Several organisations of yours wait for verification. Please wait for an answer first."))
    _check_tax_code(profile)
    organisation = Organisation(ref=next_ref("organisation"), slug=_free_slug(profile.name), kind=kind)
    _write(organisation, _columns(profile))
    db.session.add(Membership(person_id=by.person_id, organisation_id=organisation.id, role=HEAD[kind]))
    audit.record(audit.subject_of(organisation), "found", by=by, kind=kind.value)
    _apply(organisation, ApplicationKind.JOINING, by=by)
    return organisation


def edit_organisation(organisation: Organisation, profile: Profile, *, by: Actor) -> bool:
    """Change what an organisation says of itself; whether the operator has to look at something now.

    Before the first verification everything counts at once and is sent (again); afterwards legal details wait.
    """
    lock(organisation)
    _check_tax_code(profile, organisation)
    values, is_joining = _columns(profile), organisation.state is OrganisationState.PENDING
    legal = {} if is_joining else {name: values.pop(name) for name in LEGAL}
    before = organisation.name
    changed = [name for name, value in values.items() if getattr(organisation, name) != value]
    _write(organisation, values)
    if changed:
        audit.record(audit.subject_of(organisation), "edit", by=by, fields=changed)
    if organisation.name != before:
        publish(OrganisationRenamed(organisation, before))
    return _send_again(organisation, by) if is_joining else _ask_for_change(organisation, legal, by)


def _columns(profile: Profile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in Profile.__dataclass_fields__}


def _check_tax_code(profile: Profile, own: Organisation | None = None) -> None:
    fault = tax_codes.fault(profile.tax_code, personal=profile.legal_form in PERSONAL_FORMS)
    if fault:
        raise Refused(fault, field="tax_code")
    known = queries.organisation_by_tax_code(profile.tax_code)
    if known is not None and known is not own:
        raise Refused(TAKEN, field="tax_code")


def _write(organisation: Organisation, values: dict[str, Any]) -> None:
    """Store the columns; somebody else may have been quicker with the same tax code."""
    try:
        with db.session.begin_nested():
            for name, value in values.items():
                setattr(organisation, name, value)
            db.session.add(organisation)
    except IntegrityError:
        known = queries.organisation_by_tax_code(values.get("tax_code") or "")
        raise (Refused(TAKEN, field="tax_code") if known else Refused(ONCE_MORE)) from None


def _free_slug(name: str) -> str:
    wanted = slugify(name, most=60) or "don-vi"
    known = queries.taken_slugs(wanted)
    numbered = (f"{wanted}-{number}" for number in range(2, len(known) + 3))
    return wanted if wanted not in known else next(slug for slug in numbered if slug not in known)


# --- what the operator is asked --------------------------------------------------------------------------------------


def _apply(organisation: Organisation, kind: ApplicationKind, *, by: Actor, **legal: Any) -> None:
    application = Application(ref=next_ref("application"), organisation_id=organisation.id, kind=kind, **legal)
    db.session.add(application)
    db.session.flush()
    audit.record(audit.subject_of(organisation), "apply", by=by, application=application.ref, kind=kind.value)
    _tell_operators(organisation)


def _send_again(organisation: Organisation, by: Actor) -> bool:
    """What the operator asked for was mended; an application that waits is simply read as it is now."""
    application = queries.open_application(organisation)
    if application is None or application.state is not ApplicationState.WAITING:
        _resubmit(organisation, application, by)
    return True


def _resubmit(organisation: Organisation, application: Application | None, by: Actor, **legal: Any) -> None:
    if application is None:
        return _apply(organisation, ApplicationKind.JOINING, by=by)
    for name, value in legal.items():
        setattr(application, name, value)
    if application.state is not ApplicationState.WAITING:
        move(application, ApplicationAction.SUBMIT, by=by)
        application.submitted_at = clock.now()
        audit.record(audit.subject_of(organisation), "apply", by=by, application=application.ref)
        _tell_operators(organisation)
    return None


def _ask_for_change(organisation: Organisation, legal: dict[str, Any], by: Actor) -> bool:
    """Legal details of a verified organisation wait for the operator; typed back to what counts, nothing waits."""
    application = queries.open_application(organisation)
    same = all(getattr(organisation, name) == value for name, value in legal.items())
    if same and application is not None:
        move(application, ApplicationAction.WITHDRAW, by=by)
    elif not same and application is None:
        _apply(organisation, ApplicationKind.CHANGE, by=by, **legal)
    elif not same:
        _resubmit(organisation, application, by, **legal)
    return not same


def _tell_operators(organisation: Organisation) -> None:
    """The operators look at it; who asks again and again within an hour writes no further letters."""
    if queries.audit_rows(organisation, "apply", clock.now() - timedelta(hours=1)) > MOST_LETTERS_AN_HOUR:
        return
    url = f"/operator/organisations/{organisation.ref}"
    for operator in queries.operators():
        notify(operator, "accounts/organisation_waits", organisation=organisation.name, url=url)
