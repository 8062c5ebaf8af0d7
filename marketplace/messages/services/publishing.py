"""Making a question and its answer public beside the thing they are about, and taking both back."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.events import publish as tell_above
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.messages import queries
from marketplace.messages.events import PublicQuestionsChanged
from marketplace.messages.models import Message, PublicQuestion
from marketplace.messages.states import Side


def publish(answer: Message, *, by: Actor) -> PublicQuestion:
    """Everybody may read an answer and the question before it, of which its asker has said that it may be public."""
    lock(answer, answer.thread)
    question = queries.question_before(answer)
    if answer.side is not Side.ANSWERER or not answer.is_shown or not answer.body or question is None:
        raise Refused(_("Only an answer to a question that may be public can be shown to everybody."))
    known = db.session.scalar(select(PublicQuestion).where(PublicQuestion.answer_id == answer.id))
    if known is not None:
        return known
    thread = answer.thread
    about = {"subject_kind": thread.subject_kind, "subject_ref": thread.subject_ref}
    made = PublicQuestion(**about, question_id=question.id, answer_id=answer.id, published_at=clock.now())
    db.session.add(made)
    audit.record(audit.subject_of(answer), "publish", by=by, question=question.ref)
    tell_above(PublicQuestionsChanged(thread.subject_kind, thread.subject_ref))
    return made


def withdraw(answer: Message, *, by: Actor) -> None:
    """A public question and its answer are public no longer; both stay in their conversation."""
    lock(answer, answer.thread)
    take_down(answer, by=by)


def take_down(message: Message, *, by: Actor) -> None:
    """Nothing of a message is public any more, whether it asks or answers."""
    for public in queries.public_with(message):
        audit.record(audit.subject_of(message), "withdraw", by=by)
        db.session.delete(public)
        tell_above(PublicQuestionsChanged(public.subject_kind, public.subject_ref))
