"""Failed tries to sign in: counted per account and address, so that guessing is slow and an owner is not shut out."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, or_

from marketplace.accounts import queries
from marketplace.accounts.models import SignInAttempt
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

WINDOW = timedelta(minutes=15)
# one address on one account: enough for an honest owner who has to think
PAIR = 5
# an account that is guessed at from many addresses gives each of them fewer tries, but no address none
ACCOUNT = 25
PAIR_UNDER_ATTACK = 2
# one address on all accounts: far above what a village behind one address mistypes
ADDRESS = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: on which account (its ref, or what was typed where there is none) and from which address."""

    account: str
    address: str

    @property
    def keys(self) -> tuple[str, str, str]:
        """The digests under which it is counted: account and address together, the account, the address."""
        network = network_of(self.address)
        return _digest("pair", self.account, network), _digest("account", self.account), _digest("address", network)


def network_of(address: str) -> str:
    """An address as one household has it: of IPv6 the first 64 bits, the rest changes at will."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def _digest(*parts: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, "\0".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def check(attempt: Attempt, *, own: int = 0) -> None:
    """Refuse a try that has to wait; `own` says how many of the counted ones are this try itself."""
    pair, account, address = attempt.keys
    failed = queries.failed_attempts(attempt.keys, since=clock.now() - WINDOW)
    allowed = PAIR if failed[account] - own < ACCOUNT else PAIR_UNDER_ATTACK
    if failed[pair] - own >= allowed or failed[address] - own >= ADDRESS:
        minutes = int(WINDOW.total_seconds() // 60)
        raise Refused(_l("Too many failed tries. Please wait %(minutes)s minutes, then try again.", minutes=minutes))


def count(attempt: Attempt) -> list[int]:
    """Count a try before its password is looked at, so that tries sent at once cannot slip past each other."""
    rows = [SignInAttempt(key=key) for key in attempt.keys]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def forgive(attempt: Attempt, counted: Sequence[int]) -> None:
    """A try that succeeded was none of the failed ones, and ends the count of its account at its address."""
    own = or_(SignInAttempt.id.in_(counted), SignInAttempt.key == attempt.keys[0])
    db.session.execute(delete(SignInAttempt).where(own).execution_options(synchronize_session=False))


def forget_before(moment: datetime) -> None:
    """Failed tries from before a moment are forgotten."""
    old = delete(SignInAttempt).where(SignInAttempt.at < moment)
    db.session.execute(old.execution_options(synchronize_session=False))
