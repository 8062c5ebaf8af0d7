"""What the operator decides about an organisation, in words that its people read."""

from __future__ import annotations

from marketplace.accounts import queries
from marketplace.accounts.events import OrganisationReinstated, OrganisationSuspended, OrganisationVerified
from marketplace.accounts.models import Application, Organisation, Ruling
from marketplace.accounts.services.organisations import LEGAL, TAKEN
from marketplace.accounts.states import (
    JOINING,
    ApplicationAction,
    ApplicationKind,
    OrganisationAction,
    OrganisationState,
    RulingKind,
)
from marketplace.core import audit
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock
from marketplace.core.events import publish
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.lifecycle import move
from marketplace.core.outbox import notify
from marketplace.core.refusals import Refused

NOTHING_WAITS = _l("Nothing of this organisation waits for an answer any more. Please load the page again.")


def accept(organisation: Organisation, *, note: str, by: Actor) -> None:
    """Say yes to what waits: the organisation is verified, or the new legal details count; `note` says what was seen.

    Refuses where nothing waits, and new details whose tax code belongs to another organisation by now.
    """
    lock(organisation)
    application = queries.open_application(organisation)
    if organisation.state is OrganisationState.PENDING:
        _verify(organisation, application, note, by)
    else:
        _accept_change(organisation, application, note, by)


def _verify(organisation: Organisation, application: Application | None, note: str, by: Actor) -> None:
    if application is not None:
        move(application, ApplicationAction.ACCEPT, by=by)
    move(organisation, OrganisationAction.VERIFY, by=by)
    _rule(organisation, RulingKind.VERIFIED, by, note=note)
    db.session.flush()
    publish(OrganisationVerified(organisation))
    _tell(organisation, "accounts/organisation_verified", url="/me/organisation", kind=organisation.kind.value)


def _accept_change(organisation: Organisation, application: Application | None, note: str, by: Actor) -> None:
    if application is None or application.kind is not ApplicationKind.CHANGE:
        raise Refused(NOTHING_WAITS)
    known = queries.organisation_by_tax_code(application.tax_code or "")
    if known is not None and known is not organisation:
        raise Refused(TAKEN)
    move(application, ApplicationAction.ACCEPT, by=by)
    changed = [name for name in LEGAL if getattr(application, name) != getattr(organisation, name)]
    for name in LEGAL:
        setattr(organisation, name, getattr(application, name))
    audit.record(audit.subject_of(organisation), "change_legal", by=by, fields=changed, application=application.ref)
    _rule(organisation, RulingKind.ACCEPTED, by, note=note)
    _tell(organisation, "accounts/change_accepted", url="/me/organisation")


def ask(organisation: Organisation, *, words: str, by: Actor) -> None:
    """Ask the applicant for more, in a sentence that she reads; she mends it and sends it again."""
    _answer(organisation, ApplicationAction.ASK, RulingKind.ASKED, "accounts/organisation_asked", words, by)


def decline(organisation: Organisation, *, words: str, by: Actor) -> None:
    """Say no, and why; the applicant may mend it and ask once more."""
    _answer(organisation, ApplicationAction.DECLINE, RulingKind.DECLINED, "accounts/organisation_declined", words, by)


def _answer(
    organisation: Organisation, action: ApplicationAction, kind: RulingKind, template: str, words: str, by: Actor
) -> None:
    lock(organisation)
    application = queries.open_application(organisation)
    if application is None:
        raise Refused(NOTHING_WAITS)
    move(application, action, by=by)
    audit.record(audit.subject_of(organisation), action.value, by=by, application=application.ref)
    _rule(organisation, kind, by, words=words)
    _tell(organisation, template, url="/me/organisation/profile", words=words)


def suspend(organisation: Organisation, *, words: str, note: str = "", by: Actor) -> None:
    """From now on the organisation neither sells nor orders; its people read why, and finish what they promised."""
    lock(organisation)
    if organisation.kind not in JOINING:
        raise Refused(_l("Departments and the operator itself are not suspended here."))
    move(organisation, OrganisationAction.SUSPEND, by=by)
    _rule(organisation, RulingKind.SUSPENDED, by, words=words, note=note)
    db.session.flush()
    publish(OrganisationSuspended(organisation))
    _tell(organisation, "accounts/organisation_suspended", url="/me/organisation", words=words)


def reinstate(organisation: Organisation, *, note: str, by: Actor) -> None:
    """The organisation sells and orders again as before; `note` says what was settled."""
    lock(organisation)
    move(organisation, OrganisationAction.REINSTATE, by=by)
    _rule(organisation, RulingKind.REINSTATED, by, note=note)
    db.session.flush()
    publish(OrganisationReinstated(organisation))
    _tell(organisation, "accounts/organisation_reinstated", url="/me/organisation")


def _rule(organisation: Organisation, kind: RulingKind, by: Actor, *, words: str = "", note: str = "") -> None:
    ruling = Ruling(organisation_id=organisation.id, kind=kind, words=words, note=note, person_id=by.person_id)
    db.session.add(ruling)


def _tell(organisation: Organisation, template: str, *, url: str, **about: str) -> None:
    notify(Recipient("organisation", organisation.ref), template, organisation=organisation.name, url=url, **about)
