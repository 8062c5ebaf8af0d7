"""Phones: a code by SMS proves that a number is hers; then it lets her in and brings a new password.

A code has six digits, is good for ten minutes and five tries, and follows from a nonce and the site's own key. What is
done for a number is the same whether somebody has it here or not: only the SMS itself tells.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import delete, select

from marketplace.accounts import queries
from marketplace.accounts.models import Person, PhoneCode, PhoneLimit, ProvenPhone
from marketplace.accounts.services.people import change_password
from marketplace.accounts.services.throttling import Attempt, forgive
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, ActorKind, Recipient
from marketplace.core.database import db, insert_into, lock, under_lock
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import enqueue, notify
from marketplace.core.refs import new_token, next_ref
from marketplace.core.refusals import Refused

SEND = "accounts.send_phone_code"
VALID_FOR = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
WINDOW = timedelta(hours=1)
TRIES = 5
CODES_A_NUMBER = 3
CODES_A_PERSON = 6
WRONG = _l("This code is not right, or it is no longer good. Please look at the latest SMS, or ask for a new code.")
TAKEN = _l("This number already lets another account in. Sign in there with it, or write to us if that is not yours.")
SOON = _l("A code is on its way already. If no SMS comes, please ask again in a minute.")
MANY = _l("Three codes an hour are sent to one number. Please wait an hour, then try again.")


class Purpose(StrEnum):
    """What a code is for; a code for one thing opens no other."""

    PROVE = "prove"
    JOIN = "join"
    RESET = "reset"


def _keyed(*parts: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, "\0".join(("phone", *parts)).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def holder_of(purpose: Purpose, phone: str, who: str = "") -> str:
    """The digest under which the code for one purpose, number and asker is kept."""
    return _keyed("holder", purpose.value, phone, who)


def digits_of(code: PhoneCode) -> str:
    """The six digits that the SMS says."""
    return f"{int(_keyed('code', code.holder, code.nonce), 16) % 1_000_000:06d}"


# --- sending ---


def ask_for_code(purpose: Purpose, phone: str, *, locale: str, who: str = "") -> None:
    """Put a code for this number on its way; the one before is no longer good. Refuses haste and too many."""
    if who:
        _count(_keyed("person", who), CODES_A_PERSON, pause=False)
    _count(_keyed("number", phone), CODES_A_NUMBER, pause=True)
    now, holder = clock.now(), holder_of(purpose, phone, who)
    fresh = {"nonce": new_token(), "tries": 0, "sent_at": now, "locale": locale}
    insert = insert_into(PhoneCode).values(holder=holder, purpose=purpose.value, phone=phone, **fresh)
    db.session.execute(insert.on_conflict_do_update(index_elements=["holder"], set_=fresh))
    enqueue(SEND, holder=holder, nonce=fresh["nonce"])


def _count(key: str, most: int, *, pause: bool) -> None:
    """Count one more code in this hour; the row is held, so that requests sent at once cannot slip past."""
    now = clock.now()
    insert = insert_into(PhoneLimit).values(key=key, sent=0, since=now)
    db.session.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"key": key}))
    known = select(PhoneLimit).where(PhoneLimit.key == key).execution_options(populate_existing=True)
    row = db.session.scalars(known).one()
    if now - row.since >= WINDOW:
        row.since, row.sent = now, 0
    if pause and row.last_at is not None and now - row.last_at < PAUSE:
        raise Refused(SOON)
    if row.sent >= most:
        raise Refused(MANY)
    row.sent, row.last_at = row.sent + 1, now


def text_of(code: PhoneCode) -> str:
    """What the SMS says; nothing where a password is asked for and nobody without e-mail has this number."""
    purpose, owner = Purpose(code.purpose), queries.person_by_proven_phone(code.phone)
    if purpose is Purpose.JOIN and owner is not None:
        return _("OCOP market: this number has an account already. Sign in with it, or ask for a new password there.")
    if purpose is Purpose.RESET and (owner is None or owner.email):
        return ""
    return _("OCOP market: your code is %(code)s, good for 10 minutes. Tell it to nobody.", code=digits_of(code))


# --- reading ---


def takes(purpose: Purpose, phone: str, code: str, *, who: str = "") -> bool:
    """Whether a code is the one on its way; each try counts, and the right one is used up.

    A wrong try has to be committed: the caller says no after the transaction, never by raising inside it.
    """
    holder = holder_of(purpose, phone, who)
    found = db.session.scalar(under_lock(PhoneCode, select(PhoneCode).where(PhoneCode.holder == holder)))
    if found is None or found.tries >= TRIES or clock.now() - found.sent_at > VALID_FOR:
        return False
    found.tries += 1
    typed = "".join(code.split())
    if not hmac.compare_digest(digits_of(found).encode(), typed.encode("utf-8", "surrogatepass")):
        return False
    db.session.delete(found)
    return True


def prove(person: Person, phone: str, *, by: Actor) -> None:
    """The number is hers: it lets her in from now on. Refused where it lets another account in."""
    lock(person)
    old = delete(ProvenPhone).where(ProvenPhone.person_id == person.id)
    db.session.execute(old.execution_options(synchronize_session=False))
    _take_number(person, phone)
    person.phone = phone
    audit.record(audit.subject_of(person), "prove_phone", by=by)
    notify(Recipient("person", person.ref, person.locale), "accounts/phone_proven", name=person.name, url="/me/phone")


def _take_number(person: Person, phone: str) -> None:
    insert = insert_into(ProvenPhone).values(person_id=person.id, phone=phone, proven_at=clock.now())
    taken = insert.on_conflict_do_nothing(index_elements=["phone"]).returning(ProvenPhone.id)
    if db.session.scalar(taken) is None:
        raise Refused(TAKEN)


def give_up(person: Person, *, by: Actor) -> None:
    """The number lets her in no longer; refused where she would have no other way in."""
    lock(person)
    if not person.email:
        raise Refused(_l("Without an e-mail address this number is your only way in. Add an address first."))
    drop_proof(person)
    audit.record(audit.subject_of(person), "give_up_phone", by=by)
    notify(Recipient("person", person.ref, person.locale), "accounts/phone_given_up", name=person.name, url="/me/phone")


def drop_proof(person: Person) -> None:
    """Whatever number was proven is so no longer."""
    old = delete(ProvenPhone).where(ProvenPhone.person_id == person.id)
    db.session.execute(old.execution_options(synchronize_session=False))


def join(name: str, phone: str, *, locale: str, terms: str, password_hash: str) -> Person:
    """Open the account of somebody who has read the code at her number and has no e-mail."""
    known = {"name": name, "phone": phone, "email": None, "locale": locale}
    person = Person(ref=next_ref("person"), password_hash=password_hash, sign_in_epoch=new_token(), **known)
    db.session.add(person)
    db.session.flush()
    _take_number(person, phone)
    by = Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id)
    audit.record(audit.subject_of(person), "sign_up", by=by, terms=terms)
    return person


def reset(phone: str, *, password_hash: str, address: str) -> bool:
    """Set a new password for whoever proved this number; every session of hers ends. False where nobody did."""
    person = queries.person_by_proven_phone(phone)
    # who has an e-mail address resets there: its letter is harder to come by than a phone that was lent
    if person is None or person.email is not None:
        return False
    lock(person)
    by = Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id)
    change_password(person, password_hash=password_hash, by=by, action="reset_password")
    forgive(Attempt(person.ref, address), [])
    return True


def forget_codes(before: datetime) -> None:
    """Codes and counts from before a moment are forgotten."""
    for old in (
        delete(PhoneCode).where(PhoneCode.sent_at < before),
        delete(PhoneLimit).where(PhoneLimit.since < before),
    ):
        db.session.execute(old.execution_options(synchronize_session=False))
