"""The devices on which a person is signed in: written down when she comes in, seen when she acts, ended one by one."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from marketplace.accounts.models import Person, SignIn
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.refs import new_token

SEEN_EVERY = timedelta(hours=1)
# the first that is found in what a browser says of itself: most of them name others, too
BROWSERS = (
    ("Zalo", "Zalo"), ("FBAN", "Facebook"), ("FBAV", "Facebook"), ("coc_coc_browser", "Cốc Cốc"), ("Edg", "Edge"),
    ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    """A browser and a system as people call them, or nothing."""
    found = (next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS))
    return " · ".join(name for name in found if name)


def coarse(address: str) -> str:
    """The neighbourhood of an address: enough to recognise one's own, too little to find a house."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    known = getattr(known, "ipv4_mapped", None) or known
    if isinstance(known, ipaddress.IPv4Address):
        return f"{str(known).rpartition('.')[0]}.*"
    return f"{ipaddress.ip_network((known, 48), strict=False).network_address}*"


def begin(person: Person, *, user_agent: str, address: str, second_factor: bool = False, instead_of: str = "") -> str:
    """Write down that a person is signed in on a device from now on; the answer is what its session has to carry."""
    _removed(SignIn.ref == instead_of)
    made = SignIn(
        ref=new_token(),
        person_id=person.id,
        device=device_of(user_agent),
        network=coarse(address),
        second_factor=second_factor,
    )
    db.session.add(made)
    return made.ref


def is_stale(seen_at: datetime) -> bool:
    """Whether an act now has to be written down: at most once an hour."""
    return seen_at <= clock.now() - SEEN_EVERY


def see(ref: str, *, address: str) -> None:
    """Something is done on this device now."""
    seen = update(SignIn).where(SignIn.ref == ref).values(seen_at=clock.now(), network=coarse(address))
    db.session.execute(seen.execution_options(synchronize_session=False))


def end_one(person: Person, ref: str, *, by: Actor) -> bool:
    """Sign one of her devices out; whether there was one."""
    ended = _removed(SignIn.person_id == person.id, SignIn.ref == ref)
    if ended:
        audit.record(audit.subject_of(person), "end_session", by=by)
    return bool(ended)


def end_others(person: Person, kept: str, *, by: Actor) -> int:
    """Sign every device out but this one; how many there were."""
    ended = _removed(SignIn.person_id == person.id, SignIn.ref != kept)
    if ended:
        audit.record(audit.subject_of(person), "end_sessions", by=by, sessions=ended)
    return ended


def end_all(person: Person) -> None:
    """Every session that was open before has ended."""
    person.sign_in_epoch = new_token()
    _removed(SignIn.person_id == person.id)


def forget_sign_ins(moment: datetime) -> None:
    """Devices on which nothing was done since a moment are signed out."""
    _removed(SignIn.seen_at < moment)


def _removed(*which: object) -> int:
    removed = delete(SignIn).where(*which)  # type: ignore[arg-type]  # conditions on columns
    return int(db.session.execute(removed.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
