"""By which ways a person is told what: her ticks, and the way out that every letter carries."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete

from marketplace.accounts.models import NoticeChoice, Person
from marketplace.core import audit
from marketplace.core.actors import Actor, ActorKind
from marketplace.core.database import db, insert_into, lock
from marketplace.core.outbox.topics import Topic, Way


def choose(person: Person, chosen: Mapping[tuple[Topic, Way], bool], *, by: Actor) -> None:
    """From now on she is told what she ticked, by the ways that she ticked; letters on security go in any case."""
    lock(person)
    old = delete(NoticeChoice).where(NoticeChoice.person_id == person.id)
    db.session.execute(old.execution_options(synchronize_session=False))
    rows = [
        {"person_id": person.id, "topic": topic, "way": way, "wanted": wanted}
        for (topic, way), wanted in chosen.items()
        if topic is not Topic.SECURITY
    ]
    db.session.execute(insert_into(NoticeChoice), rows)
    audit.record(audit.subject_of(person), "choose_notices", by=by, wanted=_written(chosen))


def _written(chosen: Mapping[tuple[Topic, Way], bool]) -> list[str]:
    return sorted(f"{topic.value}/{way.value}" for (topic, way), wanted in chosen.items() if wanted)


def end_letters(person: Person, topic: Topic, way: Way) -> None:
    """No more letters on one matter, as a letter's own link asks; a second time changes nothing."""
    row = {"person_id": person.id, "topic": topic, "way": way, "wanted": False}
    insert = insert_into(NoticeChoice).values(**row)
    keys = ["person_id", "topic", "way"]
    db.session.execute(insert.on_conflict_do_update(index_elements=keys, set_={"wanted": False}))
    by = Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id)
    audit.record(audit.subject_of(person), "end_letters", by=by, topic=topic.value, way=way.value)
