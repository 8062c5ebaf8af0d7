"""What accounts do by themselves: letters that must not tell who has an account, and tidying up."""

from __future__ import annotations

from datetime import timedelta

from marketplace.accounts import queries, services
from marketplace.accounts.services.resetting import SEND
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.outbox import every, handles

KEEP_ATTEMPTS = timedelta(days=1)


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
