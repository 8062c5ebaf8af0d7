"""Who is signed in: the session names a person and her current organisation; how a session begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user

from marketplace.accounts import queries, services
from marketplace.accounts.events import SignedIn
from marketplace.accounts.models import MemberInvitation, Organisation, Person
from marketplace.accounts.states import JOINING, OrganisationState
from marketplace.core import clock, i18n
from marketplace.core.actors import Actor, ActorKind, OrganisationKind
from marketplace.core.database import db, writing
from marketplace.core.events import publish
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused
from marketplace.web.requests import actor, actor_source, is_get
from marketplace.web.security import settings

View = TypeVar("View", bound=Callable[..., Any])
ORGANISATION = "organisation"
KEY = "sign_in"
PRIVATE = ""
HALF_IN = "half_in"
CODE_WITHIN = timedelta(minutes=10)
# who reviews and operates can do most harm: without a second factor they act as private people, except in the demo
NEED_SECOND_FACTOR = {OrganisationKind.DEPARTMENT, OrganisationKind.OPERATOR}


@dataclass(frozen=True, slots=True)
class Device:
    """What this request knows of the device that it comes from."""

    key: str
    seen_at: datetime
    second_factor: bool


# --- who acts ---


@actor_source
def signed_in_person() -> Actor | None:
    """The person of this session, acting for the organisation that she has chosen."""
    person = current_person()
    return _actor_of(person) if person else None


def current_person() -> Person | None:
    """The person of this session with her memberships, found once a request."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def _person_of_session(identity: str) -> Person | None:
    found = queries.sign_in_of_session(identity, current_key())
    if found is None:
        return None
    person, device = found
    g.signed_in = Device(device.ref, device.seen_at, device.second_factor)
    return person


def current_key() -> str:
    """What this session carries to be found among the devices of its person."""
    return str(session.get(KEY, ""))


def has_shown_code() -> bool:
    """Whether this session began with a second factor."""
    return current_person() is not None and bool(g.get("signed_in") and g.signed_in.second_factor)


def _actor_of(person: Person) -> Actor:
    grants = frozenset(session.get("grants", ()))
    known = {"kind": ActorKind.PERSON, "ref": person.ref, "person_id": person.id, "display_name": person.name}
    organisation = current_organisation(person)
    if organisation is None:
        return Actor(**known, grants=grants)  # type: ignore[arg-type]  # the values are named a line above
    return Actor(
        **known,  # type: ignore[arg-type]  # the same
        grants=grants,
        organisation_id=organisation.id,
        organisation_ref=organisation.ref,
        organisation_kind=organisation.kind,
        organisation_name=organisation.name,
        organisation_verified=organisation.state is OrganisationState.VERIFIED,
        organisation_suspended=organisation.state is OrganisationState.SUSPENDED,
        roles=frozenset(one.role for one in person.memberships if one.organisation_id == organisation.id),
    )


def organisations_of(person: Person) -> list[Organisation]:
    """Those that she may act for; some wait for a second factor, suspended ones come last.

    Whoever trades here still finishes what was promised while suspended; a department or an operator does nothing.
    """
    known = {one.organisation_id: one.organisation for one in person.memberships}
    trusted = settings().demo or has_shown_code()
    open_ones = [one for one in known.values() if one.kind in JOINING or (trusted and not _is_suspended(one))]
    return sorted(open_ones, key=_is_suspended)


def _is_suspended(organisation: Organisation) -> bool:
    return organisation.state is OrganisationState.SUSPENDED


def lacks_second_factor(person: Person) -> bool:
    """Whether this session waits for a second factor before it may act for a department or the operator."""
    held = any(one.organisation.kind in NEED_SECOND_FACTOR for one in person.memberships)
    return held and not settings().demo and not has_shown_code()


def current_organisation(person: Person) -> Organisation | None:
    """The organisation she has chosen, her first where she has not chosen, none where she acts as herself.

    A suspended producer's people begin with what has to be finished; those of a suspended buyer order for themselves.
    """
    chosen = session.get(ORGANISATION)
    if chosen == PRIVATE:
        return None
    open_ones = organisations_of(person)
    first = next((one for one in open_ones if not _is_suspended(one) or one.kind is OrganisationKind.PRODUCER), None)
    return next((one for one in open_ones if one.ref == chosen), first)


def choose_organisation(ref: str) -> None:
    """Act from now on for one of her organisations, or as herself; anything else is refused."""
    person = current_person()
    if person is None or ref not in {PRIVATE, *(one.ref for one in organisations_of(person))}:
        raise Refused(_l("You do not belong to this organisation, or it is suspended."))
    act_for(ref)


def act_for(ref: str) -> None:
    """Act from now on for an organisation that one has just founded or joined."""
    session[ORGANISATION] = ref
    g.pop("actor", None)


def needs_sign_in(view: View) -> View:
    """Show a page only to somebody signed in; others sign in first and then come back to it."""

    @wraps(view)
    def answered(**arguments: Any) -> ResponseReturnValue:
        if actor().is_signed_in:
            return cast(ResponseReturnValue, view(**arguments))
        wanted = request.full_path.rstrip("?") if is_get() else None
        return redirect(url_for("accounts.sign_in", next=wanted), code=303)

    return cast(View, answered)


# --- how a session begins and ends ---


def sign_in(login: str, password: str, *, address: str, keep: bool = False) -> Person | None:
    """Begin the session of whoever knows the password; one sentence and the same work for every way to fail.

    Nobody is in yet (None) where a code has to follow.
    """
    person = queries.person_by_login(login)
    attempt = services.Attempt(person.ref if person else login.lower(), address)
    stored = person.password_hash if person else None
    counted = _counted(attempt)
    if not services.fits(stored, password) or person is None:
        raise Refused(_l("This account and this password do not belong together. Please check both."))
    asks = queries.has_second_factor(person)
    with writing():
        services.forgive(attempt, counted)
        key = "" if asks else _begun(person)
    if asks:
        until = int((clock.now() + CODE_WITHIN).timestamp())
        session[HALF_IN] = {"who": person.get_id(), "until": until, "keep": keep}
        return None
    start(person, key, keep=keep)
    return person


def half_in() -> Person | None:
    """Who has typed the right password in this browser a moment ago and now needs a code."""
    known = session.get(HALF_IN) or {}
    if known.get("until", 0) < clock.now().timestamp():
        return None
    ref, _dot, epoch = str(known.get("who", "")).partition(".")
    person = queries.person_by_ref(ref)
    return person if person and person.sign_in_epoch == epoch else None


def show_code(person: Person, code: str, *, address: str) -> None:
    """The second step: a code of her app or a recovery code; tries are counted as those of passwords are."""
    attempt = services.Attempt(f"code:{person.ref}", address)
    counted, keep = _counted(attempt), bool(session[HALF_IN]["keep"])
    herself = Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id)
    with writing():
        services.second_factor.accept(person, code, by=herself)
        services.forgive(attempt, counted)
        key = _begun(person, second_factor=True)
    start(person, key, keep=keep)


def prove(person: Person, current: str, *, address: str) -> None:
    """Go on only for somebody who knows the password of now."""
    attempt, counted = _proven(person, current, address)
    with writing():
        services.forgive(attempt, counted)


def confirm_second_factor(person: Person, code: str, *, address: str) -> list[str]:
    """The app that was set up shows the right code; the answer is the recovery codes."""
    by, key = actor(), current_key()
    attempt = services.Attempt(f"code:{person.ref}", address)
    counted = _counted(attempt)
    with writing():
        codes = services.second_factor.confirm(person, code, key=key, by=by)
        services.forgive(attempt, counted)
    return codes


def _begun(person: Person, *, second_factor: bool = False) -> str:
    """Tell who listens that she is in, and write the device down; the key of its session."""
    publish(SignedIn(person, str(session.get("guest", ""))))
    return services.begin(
        person,
        user_agent=request.user_agent.string,
        address=request.remote_addr or "",
        second_factor=second_factor,
        instead_of=current_key(),
    )


def _counted(attempt: services.Attempt) -> list[int]:
    """Count a try in a transaction of its own; hashing afterwards holds no connection."""
    services.check(attempt)
    with writing():
        counted = services.count(attempt)
    services.check(attempt, own=1)
    db.session.rollback()
    return counted


def join(invitation: services.Invitation, password: str) -> Person:
    """Open the account that a letter invited to, and begin its session."""
    password_hash = services.new_hash(password, invitation.email, invitation.name, invitation.phone)
    with writing():
        person = services.sign_up(invitation, password_hash=password_hash)
        key = _begun(person)
    start(person, key)
    return person


def join_by_invitation(invitation: MemberInvitation, newcomer: services.Invitation, password: str) -> Person:
    """Open the account of somebody who was invited into an organisation, and begin its session there."""
    password_hash = services.new_hash(password, newcomer.email, newcomer.name)
    organisation = invitation.organisation.ref
    with writing():
        person = services.join_by_invitation(invitation, newcomer, password_hash=password_hash)
        key = _begun(person)
    start(person, key)
    act_for(organisation)
    return person


def join_by_phone(name: str, phone: str, code: str, password: str, *, terms: str) -> Person:
    """Open the account of somebody who has read the code at her number, and begin its session."""
    password_hash = services.new_hash(password, name, phone)
    known = {"locale": i18n.locale(), "terms": terms, "password_hash": password_hash}
    with writing():
        fits = services.phones.takes(services.phones.Purpose.JOIN, phone, code)
        person = services.phones.join(name, phone, **known) if fits else None
        key = _begun(person) if person else ""
    if person is None:
        raise Refused(services.phones.WRONG, field="code")
    start(person, key)
    return person


def reset_by_phone(phone: str, code: str, password: str, *, address: str) -> None:
    """A new password for whoever has read the code at her number; the same answer and work where nobody has it."""
    _counted(services.Attempt(f"reset-code:{phone}", address))
    password_hash = services.new_hash(password, phone)
    with writing():
        fits = services.phones.takes(services.phones.Purpose.RESET, phone, code)
        done = fits and services.phones.reset(phone, password_hash=password_hash, address=address)
    if not done:
        raise Refused(services.phones.WRONG, field="code")


def prove_wholly(person: Person, current: str, code: str, *, address: str) -> None:
    """Go on only for somebody who knows the password of now and, where she has set it up, shows a code."""
    prove(person, current, address=address)
    if queries.has_second_factor(person):
        attempt, by = services.Attempt(f"code:{person.ref}", address), actor()
        counted = _counted(attempt)
        with writing():
            services.second_factor.accept(person, code, by=by)
            services.forgive(attempt, counted)


def start(person: Person, key: str, *, keep: bool = False) -> None:
    """A new session that carries over only what its holder has proven; `keep` outlives the browser's window."""
    proven = session.get("grants")
    session.clear()
    if proven:
        session["grants"] = proven
    session.permanent = keep
    session[KEY] = key
    login_user(person)
    g.pop("actor", None)


def change_password(person: Person, current: str, password: str, *, address: str) -> None:
    """A new password for somebody who knows the one of now: this session goes on, every other one has ended."""
    by = actor()
    attempt, counted = _proven(person, current, address)
    password_hash = services.new_hash(password, person.email, person.name, person.phone)
    with writing():
        services.forgive(attempt, counted)
        services.change_password(person, password_hash=password_hash, by=by)
        key = services.begin(
            person, user_agent=request.user_agent.string, address=address, second_factor=has_shown_code()
        )
    renew(person, key)


def _proven(
    person: Person, current: str, address: str, *, field: str = "current"
) -> tuple[services.Attempt, list[int]]:
    """Go on only for somebody who knows the password of now; the try is to be forgiven with what follows."""
    attempt, stored = services.Attempt(person.ref, address), person.password_hash
    counted = _counted(attempt)
    if not services.fits(stored, current):
        raise Refused(_l("The password of now is not right."), field=field)
    return attempt, counted


def change_email(person: Person, current: str, email: str, *, address: str) -> None:
    """Ask for another address, as somebody who knows the password of now."""
    by = actor()
    attempt, counted = _proven(person, current, address, field="secret")
    with writing():
        services.forgive(attempt, counted)
        services.ask_for_email(person, email, by=by)


def reset_password(person: Person, token: str, password: str, *, address: str) -> None:
    """A new password for whoever holds the link of the letter; nobody is signed in by it."""
    password_hash = services.new_hash(password, person.email, person.name, person.phone)
    with writing():
        services.reset_password(person, token, password_hash=password_hash, address=address)


def renew(person: Person, key: str) -> None:
    """The same session under a new identity, after the one before was ended everywhere."""
    chosen, keep = session.get(ORGANISATION), session.permanent
    start(person, key, keep=keep)
    if chosen is not None:
        session[ORGANISATION] = chosen


def end() -> None:
    """Nothing of the session is left, neither in this browser nor in the list of devices."""
    person, key = current_person(), current_key()
    if person is not None:
        with writing():
            services.end_one(person, key, by=actor())
    session.clear()
    g.pop("actor", None)
    g.pop("_login_user", None)
    g.pop("signed_in", None)


def note_act() -> None:
    """Something is done on this device, which its owner may read in her list; a page that only reads notes nothing."""
    known = None if is_get() or current_person() is None else g.get("signed_in")
    if known is not None and services.is_stale(known.seen_at):
        with writing():
            services.see(known.key, address=request.remote_addr or "")


def register(app: Flask) -> None:
    """Find the actor of each request."""
    manager = LoginManager()
    # addresses change while one walks through a village; the cookie itself is signed
    manager.session_protection = None
    manager.user_loader(_person_of_session)
    manager.init_app(app, add_context_processor=False)
    app.before_request(note_act)
