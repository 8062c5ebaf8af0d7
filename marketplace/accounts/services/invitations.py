"""Inviting somebody by letter to work for an organisation; the link is good for a week and only for its reader."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from marketplace.accounts import queries
from marketplace.accounts.models import MemberInvitation, Organisation, Person
from marketplace.accounts.services.joining import Invitation, plain_name, sign_up
from marketplace.accounts.services.members import add_member
from marketplace.accounts.states import ROLES_IN
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, ActorKind, Recipient, Role
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import notify
from marketplace.core.refs import new_token, token_digest
from marketplace.core.refusals import Refused

VALID_FOR = timedelta(days=7)
MOST_OPEN = 20
LETTERS_A_DAY = 3
# so that nobody writes to strangers in our name by inviting and withdrawing
MOST_A_DAY = 30
GONE = _l("This invitation is no longer valid. Please ask for a new one.")


def invite(organisation: Organisation, email: str, role: Role, *, by: Actor, locale: str = "vi") -> None:
    """Send somebody a letter whose link lets her join in a role; the same whether she has an account or not.

    An earlier invitation to the same address ends. At most 20 are open at once and 30 are sent in 24 hours, and few
    letters a day go to one address.
    """
    lock(organisation)
    if role not in ROLES_IN[organisation.kind]:
        raise Refused(_l("Please choose one of the roles."), field="role")
    if email in {member.person.email for member in queries.members_of(organisation)}:
        raise Refused(
            _l("This person belongs to the organisation already; her roles are changed below."), field="email"
        )
    _end_earlier(organisation, email)
    if len(queries.invitations_of(organisation, oldest())) >= MOST_OPEN:
        raise Refused(_l("Very many invitations are open. Withdraw some of them first."), field="email")
    if queries.audit_rows(organisation, "invite", clock.now() - timedelta(days=1)) >= MOST_A_DAY:
        raise Refused(_l("Very many invitations were sent today. Please send this one tomorrow."), field="email")
    token = new_token()
    _keep(organisation, email, role, token, by)
    audit.record(audit.subject_of(organisation), "invite", by=by, role=role.value)
    _send(organisation, email, token, by, locale)


def _end_earlier(organisation: Organisation, email: str) -> None:
    earlier = (MemberInvitation.organisation_id == organisation.id) & (MemberInvitation.email == email)
    _removed(earlier)


def _keep(organisation: Organisation, email: str, role: Role, token: str, by: Actor) -> None:
    db.session.add(
        MemberInvitation(
            ref=new_token(),
            organisation_id=organisation.id,
            email=email,
            role=role,
            digest=token_digest(token),
            invited_by_id=by.person_id,
        )
    )


def _send(organisation: Organisation, email: str, token: str, by: Actor, locale: str) -> None:
    known = queries.person_by_email(email)
    contact, template = Recipient("contact", email, known.locale if known else locale), "accounts/invited"
    if queries.letters_since(contact, template, clock.now() - timedelta(days=1)) >= LETTERS_A_DAY:
        return
    names = {"organisation": plain_name(organisation.name), "inviter": plain_name(by.display_name)}
    notify(contact, template, url=f"/invitations/{token}", **names)


def oldest() -> datetime:
    """What was written before this moment opens nothing any more."""
    return clock.now() - VALID_FOR


def member_invitation(token: str) -> MemberInvitation | None:
    """The invitation that a letter's link stands for."""
    return queries.invitation_by_token(token, oldest())


def withdraw_invitation(invitation: MemberInvitation, *, by: Actor) -> None:
    """The letter's link opens nothing any more."""
    organisation = invitation.organisation
    if _removed(MemberInvitation.id == invitation.id):
        audit.record(audit.subject_of(organisation), "withdraw_invitation", by=by, role=invitation.role.value)


def accept_invitation(invitation: MemberInvitation, person: Person, *, by: Actor) -> None:
    """Somebody with an account joins; only whoever owns the address that was written to."""
    if person.email != invitation.email:
        raise Refused(_l("This invitation was sent to another address than the one of your account."))
    organisation, role = invitation.organisation, invitation.role
    lock(organisation)
    if not _removed(MemberInvitation.id == invitation.id):
        raise Refused(GONE)
    add_member(organisation, person, role, by=by)
    about = {"organisation": organisation.name, "name": person.name}
    notify(
        Recipient("organisation", organisation.ref), "accounts/member_joined", url="/me/organisation/members", **about
    )


def join_by_invitation(invitation: MemberInvitation, newcomer: Invitation, *, password_hash: str) -> Person:
    """Open an account for somebody who was invited, and let her join at once: the letter has shown her address."""
    person = sign_up(newcomer, password_hash=password_hash)
    by = Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id)
    accept_invitation(invitation, person, by=by)
    return person


def forget_invitations(moment: datetime) -> None:
    """Invitations from before a moment are forgotten with their addresses."""
    _removed(MemberInvitation.invited_at < moment)


def _removed(which: object) -> int:
    removed = delete(MemberInvitation).where(which)  # type: ignore[arg-type]  # a condition on columns
    return int(db.session.execute(removed.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
