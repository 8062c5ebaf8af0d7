"""What may happen to people and organisations: joining, signing in, mending one's own details, being told."""

from marketplace.accounts.services.joining import (
    Invitation,
    ask_to_join,
    create_from_command,
    invitation_of,
    sign_up,
    token_of,
)
from marketplace.accounts.services.passwords import fits, hashed, new_hash
from marketplace.accounts.services.people import change_password, edit, mark_notices_read
from marketplace.accounts.services.resetting import (
    ask_for_reset,
    person_of_reset,
    reset_password,
    reset_token,
    send_reset,
)
from marketplace.accounts.services.throttling import Attempt, check, count, forget_before, forgive

__all__ = [
    "Attempt",
    "Invitation",
    "ask_for_reset",
    "ask_to_join",
    "change_password",
    "check",
    "count",
    "create_from_command",
    "edit",
    "fits",
    "forget_before",
    "forgive",
    "hashed",
    "invitation_of",
    "mark_notices_read",
    "new_hash",
    "person_of_reset",
    "reset_password",
    "reset_token",
    "send_reset",
    "sign_up",
    "token_of",
]
