"""Who may read, write, publish, report and judge; and the way from a URL to a conversation."""

from __future__ import annotations

from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, permits, reach, require
from marketplace.core.refusals import NotSeen
from marketplace.messages import queries, subjects
from marketplace.messages.models import Message, Thread
from marketplace.messages.states import TALKING, Side
from marketplace.messages.subjects import Party


def party_of(actor: Actor) -> Party:
    """For whom somebody asks: the organisation that she runs now, else herself."""
    if actor.organisation_id is not None and actor.has_role(*TALKING):
        return Party(organisation_id=actor.organisation_id)
    return Party(person_id=actor.person_id)


def answers_for(actor: Actor, organisation_id: int) -> bool:
    """Runs the organisation that is asked."""
    return actor.is_signed_in and actor.acts_for(organisation_id, *TALKING)


def side_of(actor: Actor, thread: Thread) -> Side | None:
    """On which side of a conversation somebody stands; an organisation's side is left with the organisation."""
    if answers_for(actor, thread.organisation_id):
        return Side.ANSWERER
    own = thread.asker_person_id is not None and thread.asker_person_id == actor.person_id
    firm = thread.asker_organisation_id is not None and answers_for(actor, thread.asker_organisation_id)
    return Side.ASKER if own or firm else None


@permits(Permission.THREAD_SEE)
def may_see(actor: Actor, thread: Thread) -> bool:
    """Both sides, nobody else: not even the operator."""
    return side_of(actor, thread) is not None


@permits(Permission.THREAD_WRITE)
def may_write(actor: Actor, thread: Thread) -> bool:
    """Both sides."""
    return side_of(actor, thread) is not None


@permits(Permission.QUESTION_PUBLISH)
def may_publish(actor: Actor, thread: Thread) -> bool:
    """The side that answers, where such things have a public page; the asker's own tick is asked for by the service."""
    return side_of(actor, thread) is Side.ANSWERER and subjects.may_be_public(thread.subject_kind)


@permits(Permission.QUESTION_WITHDRAW)
def may_withdraw(actor: Actor, thread: Thread) -> bool:
    """Both sides may take a public question back."""
    return side_of(actor, thread) is not None


@permits(Permission.MESSAGE_REPORT)
def may_report(actor: Actor, message: Message) -> bool:
    """Whoever reads a message that the other side has written."""
    return side_of(actor, message.thread) is message.side.other


@permits(Permission.MESSAGES_MODERATE)
def may_moderate(actor: Actor, thing: Any = None) -> bool:
    """The operator's people judge what was reported."""
    return actor.is_operator


def thread_for(actor: Actor, ref: str, permission: Permission | None = None) -> Thread:
    """The conversation behind an address, for its two sides; 404 for everyone else."""
    return reach(actor, queries.thread_by_ref(ref), Permission.THREAD_SEE, permission)


def message_for(actor: Actor, ref: str, number: int, permission: Permission) -> Message:
    """One message of a conversation that the actor may read."""
    message = queries.message_numbered(thread_for(actor, ref), number)
    if message is None:
        raise NotSeen
    require(actor, permission, message)
    return message


def judged_message(actor: Actor, ref: str, number: int) -> Message:
    """A message that was reported or hidden, for the operator; any other stays unseen."""
    require_moderator(actor)
    message = queries.reported_message(ref, number)
    if message is None:
        raise NotSeen
    return message


def require_moderator(actor: Actor) -> None:
    """For everybody else the operator's pages do not exist."""
    reach(actor, True, Permission.MESSAGES_MODERATE)
