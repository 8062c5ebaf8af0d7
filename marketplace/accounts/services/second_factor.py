"""The second factor: codes of an app (TOTP, RFC 6238), each taken once, and recovery codes for when the app is lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import pyotp
from flask import current_app
from sqlalchemy import delete, update

from marketplace.accounts import queries
from marketplace.accounts.models import Person, RecoveryCode, SecondFactor, SignIn
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import notify
from marketplace.core.refs import new_token
from marketplace.core.refusals import Refused

STEP_SECONDS = 30
# a phone's clock may be half a minute off
STEPS_OFF = 1
CODES = 10
# neither 0 and o nor 1, i and l: people copy these by hand
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
WRONG = _l("This code is not right, or it was used before. Please type the one that your app shows now.")
ISSUER = "Cho OCOP lien tinh"


def _keyed(*parts: str) -> bytes:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, "\0".join(("second factor", *parts)).encode(), hashlib.sha256).digest()


def secret_of(person: Person, factor: SecondFactor) -> str:
    """What her app has to know, in the letters that people can type; it follows from the site's key."""
    return base64.b32encode(_keyed("secret", person.ref, factor.nonce)[:20]).decode("ascii")


def address_of(person: Person, factor: SecondFactor) -> str:
    """The same as the address that an app reads from a picture."""
    totp = pyotp.TOTP(secret_of(person, factor))
    return totp.provisioning_uri(name=person.email or person.phone or person.ref, issuer_name=ISSUER)


def prepare(person: Person, *, by: Actor) -> None:
    """Begin to set up an app; until a code of it is shown, nothing is asked for at sign-in."""
    lock(person)
    factor = queries.factor_of(person)
    if factor is not None and factor.confirmed_at is not None:
        raise Refused(_l("A second step is set up already. Take it away first to set up another app."))
    if factor is not None:
        db.session.delete(factor)
        db.session.flush()
    db.session.add(SecondFactor(person_id=person.id, nonce=new_token()))
    audit.record(audit.subject_of(person), "prepare_second_factor", by=by)


def confirm(person: Person, code: str, *, key: str, by: Actor) -> list[str]:
    """The app shows the right code: from now on it is asked for. The answer is the recovery codes, told only now."""
    lock(person)
    factor = queries.factor_of(person)
    if factor is None or factor.confirmed_at is not None or not _takes(person, factor, code):
        raise Refused(WRONG, field="code")
    factor.confirmed_at = clock.now()
    _sign_ins(person, shown=False)
    db.session.execute(update(SignIn).where(SignIn.ref == key).values(second_factor=True))
    audit.record(audit.subject_of(person), "set_up_second_factor", by=by)
    _tell(person, "accounts/second_factor_on")
    return _fresh_codes(person)


def accept(person: Person, code: str, *, by: Actor) -> None:
    """Let her in by a code of the app, or by a recovery code, each once; anything else is refused."""
    lock(person)
    factor = queries.factor_of(person)
    if factor is None or factor.confirmed_at is None:
        raise Refused(WRONG, field="code")
    if _takes(person, factor, code):
        return
    if not _uses_recovery(person, code):
        raise Refused(WRONG, field="code")
    audit.record(audit.subject_of(person), "use_recovery_code", by=by)
    _tell(person, "accounts/recovery_code_used")


def renew_codes(person: Person, *, by: Actor) -> list[str]:
    """Ten new recovery codes; those of before open nothing."""
    lock(person)
    factor = queries.factor_of(person)
    if factor is None or factor.confirmed_at is None:
        raise Refused(_l("There is no second step to recover."))
    audit.record(audit.subject_of(person), "renew_recovery_codes", by=by)
    return _fresh_codes(person)


def drop(person: Person, *, by: Actor) -> None:
    """Take the second factor away: what it is required for has to wait until another is set up."""
    lock(person)
    for kind in (SecondFactor, RecoveryCode):
        gone = delete(kind).where(kind.person_id == person.id)
        db.session.execute(gone.execution_options(synchronize_session="fetch"))
    _sign_ins(person, shown=False)
    audit.record(audit.subject_of(person), "drop_second_factor", by=by)
    _tell(person, "accounts/second_factor_off")


def _takes(person: Person, factor: SecondFactor, code: str) -> bool:
    """Whether a code is one of these moments and later than the last that was taken; then it is taken."""
    digits = "".join(code.split())
    totp, now = pyotp.TOTP(secret_of(person, factor)), int(clock.now().timestamp()) // STEP_SECONDS
    for step in range(now - STEPS_OFF, now + STEPS_OFF + 1):
        fits = hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), digits.encode("utf-8", "surrogatepass"))
        if fits and step > factor.last_step:
            factor.last_step = step
            return True
    return False


def _digest(person: Person, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter in LETTERS)
    return _keyed("recovery", person.ref, plain).hex()


def _fresh_codes(person: Person) -> list[str]:
    old = delete(RecoveryCode).where(RecoveryCode.person_id == person.id)
    db.session.execute(old.execution_options(synchronize_session=False))
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(CODES)]
    db.session.add_all([RecoveryCode(person_id=person.id, digest=_digest(person, code)) for code in codes])
    return codes


def _uses_recovery(person: Person, code: str) -> bool:
    unused = (RecoveryCode.person_id == person.id) & RecoveryCode.used_at.is_(None)
    used = update(RecoveryCode).where(unused, RecoveryCode.digest == _digest(person, code)).values(used_at=clock.now())
    return bool(db.session.execute(used.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def _sign_ins(person: Person, *, shown: bool) -> None:
    hers = update(SignIn).where(SignIn.person_id == person.id).values(second_factor=shown)
    db.session.execute(hers.execution_options(synchronize_session=False))


def _tell(person: Person, template: str) -> None:
    notify(Recipient("person", person.ref, person.locale), template, name=person.name, url="/me/second-factor")
