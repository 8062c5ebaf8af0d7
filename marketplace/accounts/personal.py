"""What accounts know of a person: handed out, forgotten, and why an organisation may keep her here."""

from __future__ import annotations

from sqlalchemy import Text, cast, delete, or_, select

from marketplace.accounts import queries
from marketplace.accounts.models import (
    DataExport,
    EmailChange,
    MemberInvitation,
    Membership,
    NoticeChoice,
    Person,
    PhoneCode,
    ProvenPhone,
    RecoveryCode,
    SecondFactor,
    SignIn,
)
from marketplace.accounts.states import HEAD, ROLE_WORDS
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import Job, JobState, Notice
from marketplace.core.outbox.letters import letter_of
from marketplace.core.outbox.transports import Mail
from marketplace.core.personal_data import Hindrance, Section, Subject, erases, exports, keeps, without

HERS = (SignIn, SecondFactor, RecoveryCode, EmailChange, NoticeChoice, ProvenPhone, DataExport, Membership)


def _person(subject: Subject) -> Person:
    return db.session.get_one(Person, subject.person_id)


@exports("account")
def account(subject: Subject) -> Section:
    """How she is called and reached."""
    one = _person(subject)
    labels = {"ref": _l("Number"), "name": _l("Name"), "email": _l("E-mail"), "phone": _l("Phone")}
    labels |= {"proven_phone": _l("Proven phone"), "locale": _l("Language"), "since": _l("Account since")}
    known = {"ref": one.ref, "name": one.name, "email": one.email, "phone": one.phone}
    more = {"proven_phone": subject.phone or None, "locale": one.locale, "since": clock.local(one.created_at)}
    return Section(_l("Account"), labels, [known | more])


@exports("memberships")
def memberships(subject: Subject) -> Section:
    """For whom she acts."""
    labels = {"organisation": _l("Organisation"), "role": _l("Role")}
    held = select(Membership).where(Membership.person_id == subject.person_id).order_by(Membership.id)
    rows = [
        {"organisation": one.organisation.name, "role": str(ROLE_WORDS[one.role])} for one in db.session.scalars(held)
    ]
    return Section(_l("Organisations"), labels, rows)


@exports("sign_ins")
def sign_ins(subject: Subject) -> Section:
    """Where she is signed in."""
    labels = {"device": _l("Device"), "network": _l("Network"), "since": _l("Since"), "seen_at": _l("Last seen")}
    return Section(
        _l("Devices"),
        labels,
        [
            {
                "device": one.device,
                "network": one.network,
                "since": clock.local(one.since),
                "seen_at": clock.local(one.seen_at),
            }
            for one in queries.sign_ins_of(_person(subject))
        ],
    )


@exports("notice_choices")
def choices(subject: Subject) -> Section:
    """What she has chosen to be told, and how."""
    labels = {"topic": _l("Topic"), "way": _l("Way"), "wanted": _l("Wanted")}
    known = queries.choices_of([_person(subject)])[subject.person_id]
    rows = [{"topic": topic.value, "way": way.value, "wanted": wanted} for (topic, way), wanted in known.items()]
    return Section(_l("Choices of notices"), labels, rows)


@exports("notices")
def notices(subject: Subject) -> Section:
    """What she was told."""
    hers = select(Notice).where(Notice.recipient_kind == "person", Notice.recipient_ref == subject.ref)
    labels = {"at": _l("Sent"), "subject": _l("Subject"), "text": _l("Text")}
    found = [(one, letter_of(one)) for one in db.session.scalars(hers.order_by(Notice.id))]
    rows = [
        {"at": clock.local(one.created_at), "subject": letter.subject, "text": "\n\n".join(letter.paragraphs)}
        for one, letter in found
    ]
    return Section(_l("Notices"), labels, rows)


@exports("trail")
def trail(subject: Subject) -> Section:
    """What was done with her account, or by her."""
    about = (AuditEntry.subject_kind == "people") & (AuditEntry.subject_ref == subject.ref)
    rows = select(AuditEntry).where(about | (AuditEntry.actor_ref == subject.ref)).order_by(AuditEntry.id)
    labels = {"at": _l("When"), "action": _l("What was done"), "subject": _l("About"), "by": _l("By")}
    return Section(
        _l("Trail"),
        labels,
        [
            {"at": clock.local(one.at), "action": one.action, "subject": one.subject_ref, "by": one.actor_ref}
            for one in db.session.scalars(rows)
        ],
    )


@keeps("accounts")
def last_head(subject: Subject) -> list[Hindrance]:
    """An organisation needs somebody who runs it."""
    return [
        Hindrance(
            _(
                "You are the last one who runs %(name)s. Make a colleague its manager first.",
                name=one.organisation.name,
            ),
            "/me/organisation/members",
        )
        for one in _person(subject).memberships
        if one.role is HEAD[one.organisation.kind] and queries.heads_of(one.organisation) == {subject.person_id}
    ]


@erases("accounts")
def forget_account(subject: Subject) -> None:
    """Her sessions, proofs, memberships, notices and letters are gone; others' notices do not name her."""
    refs = [one.organisation.ref for one in _person(subject).memberships]
    for ref in refs:
        audit.record(audit.Subject("organisations", ref), "member_erased", by=SYSTEM, person=subject.ref)
    _forget_letters(subject)
    named = select(Notice).where(Notice.recipient_kind == "organisation", Notice.recipient_ref.in_(refs))
    for notice in db.session.scalars(named.where(Notice.template.like("accounts/%"))):
        notice.context = without(notice.context, subject)
    for kind in HERS:
        _delete(kind, kind.person_id == subject.person_id)
    _delete(PhoneCode, PhoneCode.phone == subject.phone)
    to_her, by_her = MemberInvitation.email == subject.email, MemberInvitation.invited_by_id == subject.person_id
    _delete(MemberInvitation, or_(to_her, by_her))
    db.session.expire(_person(subject))


def _forget_letters(subject: Subject) -> None:
    hers = (Notice.recipient_kind == "person") & (Notice.recipient_ref == subject.ref)
    as_guest = (Notice.recipient_kind == "contact") & (Notice.recipient_ref == subject.email)
    _delete(Notice, hers | as_guest)
    ways = [way for way in (subject.email, subject.phone) if way]
    # the demo's mailbox only: elsewhere letters to others have left the house
    said = Mail.subject + Mail.text
    named = [said.contains(known, autoescape=True) for known in (subject.name, *ways)]
    _delete(Mail, or_(Mail.sent_to.in_(ways), *named))
    for way in ways:
        _delete(Job, cast(Job.payload, Text).contains(way, autoescape=True), Job.state != JobState.RUNNING)


def _delete(kind: type, *which: object) -> None:
    gone = delete(kind).where(*which)  # type: ignore[arg-type]  # conditions on columns
    db.session.execute(gone.execution_options(synchronize_session=False))
