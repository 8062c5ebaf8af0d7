"""What accounts do by themselves: letters that must not tell who has an account, and tidying up."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from marketplace.accounts import queries, services
from marketplace.accounts.models import Erasure
from marketplace.accounts.services.resetting import SEND
from marketplace.core import clock, i18n
from marketplace.core.database import db, writing
from marketplace.core.files import store
from marketplace.core.outbox import every, handles
from marketplace.core.outbox.mail import send_sms
from marketplace.core.outbox.sms import plain
from marketplace.core.outbox.transports import AddressRefused

KEEP_ATTEMPTS = timedelta(days=1)
KEEP_CODES = timedelta(hours=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _is_due() -> bool:
    return queries.has_attempts_before(clock.now() - KEEP_ATTEMPTS)


@every(timedelta(hours=1), "accounts.forget_attempts", when=_is_due)
def forget_attempts() -> None:
    """Failed tries to sign in are kept for a day."""
    with writing():
        services.forget_before(clock.now() - KEEP_ATTEMPTS)


def _has_old_changes() -> bool:
    return queries.has_email_changes_before(services.undo_limit())


@every(timedelta(hours=6), "accounts.forget_email_changes", when=_has_old_changes)
def forget_email_changes() -> None:
    """Which address somebody had before is kept only as long as she may go back to it."""
    with writing():
        services.forget_email_changes(services.undo_limit())


def _has_old_sign_ins() -> bool:
    return queries.has_sign_ins_before(clock.now() - queries.SIGNED_IN_FOR)


@every(timedelta(hours=6), "accounts.forget_sign_ins", when=_has_old_sign_ins)
def forget_sign_ins() -> None:
    """Devices on which nothing is done any more are signed out."""
    with writing():
        services.forget_sign_ins(clock.now() - queries.SIGNED_IN_FOR)


def _has_old_invitations() -> bool:
    return queries.has_invitations_before(services.oldest())


@every(timedelta(hours=6), "accounts.forget_invitations", when=_has_old_invitations)
def forget_invitations() -> None:
    """Addresses of people who were invited and never answered are not kept."""
    with writing():
        services.forget_invitations(services.oldest())


@handles(SEND)
def send_reset(login: str) -> None:
    """The letter of somebody who forgot her password; nothing for a name that nobody has."""
    person = queries.person_by_login(login)
    if person is not None:
        with writing():
            services.send_reset(person)


# --- phones ---


@handles(services.phones.SEND)
def send_phone_code(holder: str, nonce: str) -> None:
    """The SMS with a code; one that is old or was replaced is not sent any more."""
    code = queries.phone_code(holder, nonce)
    if code is None or clock.now() - code.sent_at > services.phones.VALID_FOR:
        return
    with i18n.speaking(code.locale):
        phone, text, key = code.phone, services.phones.text_of(code), f"code:{holder[:24]}:{nonce}"
    db.session.rollback()
    if text:
        with suppress(AddressRefused):
            send_sms(phone, plain(text), key)


def _has_old_codes() -> bool:
    return queries.has_phone_codes_before(clock.now() - KEEP_CODES)


@every(timedelta(hours=1), "accounts.forget_phone_codes", when=_has_old_codes)
def forget_phone_codes() -> None:
    """Codes and counts of numbers are kept for two hours."""
    with writing():
        services.phones.forget_codes(clock.now() - KEEP_CODES)


# --- what is known of a person ---


@handles(services.export.MAKE)
def make_export(export: str) -> None:
    """Write down what is known of somebody, keep the file, tell her."""
    wanted = queries.export_by_ref(export)
    if wanted is None or wanted.made_at is not None:
        return
    content = services.export.content_of(wanted.person)
    key = services.export.key_of(wanted, content)
    db.session.rollback()
    store().put(key, content)
    with writing():
        found = queries.export_by_ref(export)
        if found is not None:
            services.export.finish(found, key, len(content))


def _has_old_exports() -> bool:
    return bool(queries.exports_before(clock.now() - services.export.KEPT_FOR))


@every(timedelta(hours=1), "accounts.forget_exports", when=_has_old_exports)
def forget_exports() -> None:
    """Files are kept for a week."""
    with writing():
        keys = [services.export.drop(one) for one in queries.exports_before(clock.now() - services.export.KEPT_FOR)]
    _take_out(keys)


def _take_out(keys: list[str]) -> None:
    for key in filter(None, keys):
        store().delete(key)


def _has_due_erasures() -> bool:
    return bool(queries.erasures_due(clock.now()))


@every(timedelta(hours=1), "accounts.erase", when=_has_due_erasures)
def erase() -> None:
    """Forget everyone whose week is over, one after the other."""
    for wish in [one.id for one in queries.erasures_due(clock.now())]:
        with writing():
            found = db.session.get_one(Erasure, wish)
            keys = [one.file_key for one in queries.exports_of(found.person, EPOCH)]
            is_done = services.erasure.erase(found)
        if is_done:
            _take_out(keys)
