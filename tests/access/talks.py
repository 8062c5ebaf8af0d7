"""Messages that an address names: a buyer's question about a product, with or without an answer."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from marketplace.core.actors import SYSTEM
from marketplace.core.database import writing
from marketplace.core.files import take_private_picture
from marketplace.core.refs import new_token
from marketplace.messages import services as messages
from marketplace.messages import subjects
from marketplace.messages.models import Message
from marketplace.messages.services import Words, talking
from marketplace.messages.states import ReportReason
from tests.access import making, things
from tests.access.world import World


def question(world: World, role: str) -> things.Asked:
    return things.Asked({"kind": "product", "ref": world.product().slug}, {"token": new_token()})


def _begun(world: World, role: str, **words: Any) -> Message:
    """A question of the buyer (or of the colleague's firm) about a new product."""
    asker = world.buyer({"colleague": "firm_buyer"}.get(role, "buyer"))
    about = subjects.about(asker, "product", world.product().slug)
    assert about is not None
    with writing(), patch.object(talking, "_refuse_too_many"), patch.object(talking, "_refuse_haste"):
        return messages.begin("product", about, Words("Còn hàng không?", **words), by=asker)


def _in(said: Message) -> dict[str, Any]:
    return {"ref": said.thread.ref}


def talk(world: World, role: str) -> things.Asked:
    with world.app.test_request_context():
        return things.Asked(_in(_begun(world, role)))


def sent_picture(world: World, role: str) -> things.Asked:
    sha256 = take_private_picture(io.BytesIO(things.jpeg()))
    with world.app.test_request_context():
        return things.Asked({**_in(_begun(world, role, pictures=[sha256])), "sha256": sha256, "size": "320"})


def _answered(world: World, role: str) -> Message:
    with world.app.test_request_context():
        thread = _begun(world, role, may_be_public=True).thread
        manager = making.somebody_of(thread.organisation)
        person_id = world.people["manager"]
        with writing(), patch.object(talking, "_refuse_haste"):
            return messages.write(thread, Words("Còn ạ."), by=replace(manager, person_id=person_id))


def answered_question(world: World, role: str) -> things.Asked:
    return _numbered(_answered(world, role))


def _numbered(said: Message) -> things.Asked:
    return things.Asked({"ref": said.ref.split("/")[0], "number": said.number})


answer_to_judge = answered_question


def public_question(world: World, role: str) -> things.Asked:
    said = _answered(world, role)
    with writing():
        messages.publish(said, by=SYSTEM)
    return _numbered(said)


def reported_answer(world: World, role: str) -> things.Asked:
    said = _answered(world, role)
    with writing():
        messages.report(said, reason=ReportReason.SPAM, note="", by=world.buyer("buyer"))
    return _numbered(said)


def hidden_answer(world: World, role: str) -> things.Asked:
    said = _answered(world, role)
    with writing():
        messages.hide(said, by=SYSTEM)
    return _numbered(said)
