"""Joining: asking for an account by e-mail, opening it from the letter, and the operator's own command."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from marketplace.accounts import queries
from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.accounts.states import LegalForm, OrganisationAction
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor, ActorKind, OrganisationKind, Recipient, Role
from marketplace.core.database import db, insert_into
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.lifecycle import move
from marketplace.core.outbox import notify
from marketplace.core.refs import new_token, next_ref
from marketplace.core.refusals import Refused
from marketplace.core.text import clean
from marketplace.places import queries as places
from marketplace.places import services as loading_places
from marketplace.web.forms import email_address

VALID_FOR = timedelta(days=2)
LETTERS_AN_HOUR = 3
LONGEST_NAME = 120
OPERATOR_SLUG = "ban-quan-tri"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What somebody told us when asking for an account; the letter's link carries it, signed.

    `wants` names the kind of organisation that she will found next, if any.
    """

    name: str
    email: str
    phone: str | None
    locale: str
    terms: str
    wants: str = ""


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="accounts.join")


def token_of(invitation: Invitation) -> str:
    """The invitation as the secret part of an address."""
    return str(_signer().dumps(asdict(invitation)))


def invitation_of(token: str) -> Invitation | None:
    """The invitation in an address that we wrote within the last two days; anything else is none."""
    try:
        content: dict[str, Any] = _signer().loads(token, max_age=int(VALID_FOR.total_seconds()))
    except BadData:
        return None
    return Invitation(**content)


def ask_to_join(invitation: Invitation, *, link: str) -> None:
    """Send the link to whoever reads the address, or tell its owner that she has an account; few letters an hour."""
    known = queries.person_by_email(invitation.email)
    contact = Recipient("contact", invitation.email, invitation.locale)
    recipient = Recipient("person", known.ref, known.locale) if known else contact
    template = "accounts/sign_up_attempted" if known else "accounts/sign_up"
    if queries.letters_since(recipient, template, clock.now() - timedelta(hours=1)) >= LETTERS_AN_HOUR:
        return
    notify(recipient, template, name=plain_name(invitation.name), url="/sign-in" if known else link)


def plain_name(name: str) -> str:
    """Letters go to whatever address somebody typed: a name there can be no advertisement with a link of its own."""
    return re.sub(r"(?<=\w)[.:/\\@]+(?=\w\w)", " ", name)


def sign_up(invitation: Invitation, *, password_hash: str) -> Person:
    """Open the account of a private buyer who has shown that she reads the address; a second time is refused."""
    person = _insert(invitation, password_hash)
    by = Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id)
    audit.record(audit.subject_of(person), "sign_up", by=by, terms=invitation.terms)
    return person


def _insert(invitation: Invitation, password_hash: str) -> Person:
    row = {
        "ref": next_ref("person"),
        "email": invitation.email,
        "phone": invitation.phone,
        "name": invitation.name,
        "locale": invitation.locale,
        "password_hash": password_hash,
        "sign_in_epoch": new_token(),
        "created_at": clock.now(),
    }
    insert = insert_into(Person).values(**row).on_conflict_do_nothing(index_elements=["email"])
    person_id = db.session.scalar(insert.returning(Person.id))
    if person_id is None:
        raise Refused(_l("This account is open already. Please sign in."))
    return db.session.get_one(Person, person_id)


def create_from_command(*, email: str, name: str, password_hash: str, operator: bool) -> str:
    """Open an account from the command line, if asked for with the rights of the marketplace's operator."""
    address, called = email_address(email), clean(name)
    if address is None or not called or len(called) > LONGEST_NAME:
        raise Refused(_l("An account needs an e-mail address and a name."))
    invitation = Invitation(name=called, email=address, phone=None, locale="vi", terms="")
    person = sign_up(invitation, password_hash=password_hash)
    if operator:
        organisation = queries.organisation_by_slug(OPERATOR_SLUG) or _operating_organisation()
        db.session.add(Membership(person_id=person.id, organisation_id=organisation.id, role=Role.MANAGER))
        audit.record(audit.subject_of(person), "join", by=SYSTEM, organisation=organisation.ref, role=Role.MANAGER)
    return person.ref


def _operating_organisation() -> Organisation:
    settings = current_app.config["SETTINGS"]
    if places.province_by_slug("ha-noi") is None:
        loading_places.load()
    province = places.province_by_slug("ha-noi")
    assert province is not None
    name = settings.operator_name or "Ban quản trị chợ OCOP liên tỉnh"
    organisation = Organisation(
        ref=next_ref("organisation"),
        slug=OPERATOR_SLUG,
        kind=OrganisationKind.OPERATOR,
        legal_form=LegalForm.LLC,
        name=name,
        legal_name=name,
        tax_code=settings.operator_tax_code or None,
        representative="",
        street=settings.operator_address,
        province_id=province.id,
    )
    db.session.add(organisation)
    db.session.flush()
    move(organisation, OrganisationAction.VERIFY, by=SYSTEM)
    return organisation
