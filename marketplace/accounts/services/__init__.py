"""What may happen to people and organisations: joining, signing in, mending one's own details, being told."""

from marketplace.accounts.services import erasure, export, phones, second_factor, verifying
from marketplace.accounts.services.addresses import (
    ask_for_email,
    change_to_confirm,
    change_to_refuse,
    confirm_email,
    forget_email_changes,
    refuse_email,
    undo_limit,
)
from marketplace.accounts.services.choices import choose, end_letters
from marketplace.accounts.services.invitations import (
    accept_invitation,
    forget_invitations,
    invite,
    join_by_invitation,
    member_invitation,
    oldest,
    withdraw_invitation,
)
from marketplace.accounts.services.joining import (
    Invitation,
    ask_to_join,
    create_from_command,
    invitation_of,
    sign_up,
    token_of,
)
from marketplace.accounts.services.members import add_member, leave, remove, set_roles
from marketplace.accounts.services.organisations import Profile, edit_organisation, found
from marketplace.accounts.services.passwords import fits, hashed, new_hash
from marketplace.accounts.services.people import change_password, edit, mark_notices_read
from marketplace.accounts.services.resetting import (
    ask_for_reset,
    person_of_reset,
    reset_password,
    reset_token,
    send_reset,
)
from marketplace.accounts.services.sessions import begin, end_one, end_others, forget_sign_ins, is_stale, see
from marketplace.accounts.services.throttling import Attempt, check, count, forget_before, forgive

__all__ = [
    "Attempt",
    "Invitation",
    "Profile",
    "accept_invitation",
    "add_member",
    "ask_for_email",
    "ask_for_reset",
    "ask_to_join",
    "begin",
    "change_password",
    "change_to_confirm",
    "change_to_refuse",
    "check",
    "choose",
    "confirm_email",
    "count",
    "create_from_command",
    "edit",
    "edit_organisation",
    "end_letters",
    "end_one",
    "end_others",
    "erasure",
    "export",
    "fits",
    "forget_before",
    "forget_email_changes",
    "forget_invitations",
    "forget_sign_ins",
    "forgive",
    "found",
    "hashed",
    "invitation_of",
    "invite",
    "is_stale",
    "join_by_invitation",
    "leave",
    "mark_notices_read",
    "member_invitation",
    "new_hash",
    "oldest",
    "person_of_reset",
    "phones",
    "refuse_email",
    "remove",
    "reset_password",
    "reset_token",
    "second_factor",
    "see",
    "send_reset",
    "set_roles",
    "sign_up",
    "token_of",
    "undo_limit",
    "verifying",
    "withdraw_invitation",
]
