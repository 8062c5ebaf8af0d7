"""The pages of accounts, a module a matter."""

from marketplace.accounts.views import (
    addresses,
    devices,
    founding,
    invitations,
    joining,
    me,
    members,
    notices,
    operator,
    organisations,
    resetting,
    second_factor,
    sessions,
)

__all__ = [
    "addresses",
    "devices",
    "founding",
    "invitations",
    "joining",
    "me",
    "members",
    "notices",
    "operator",
    "organisations",
    "resetting",
    "second_factor",
    "sessions",
]
