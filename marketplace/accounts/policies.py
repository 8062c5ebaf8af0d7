"""Who may do what with people and organisations."""

from __future__ import annotations

from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.permissions import Permission, permits


@permits(Permission.ACCOUNT_EDIT)
def may_edit_account(actor: Actor, person: Any) -> bool:
    """Everyone her own account, nobody another's."""
    return actor.is_signed_in and person is not None and actor.person_id == person.id
