"""The pages of accounts, a module a matter."""

from marketplace.accounts.views import (
    addresses,
    choices,
    devices,
    founding,
    invitations,
    joining,
    me,
    members,
    my_data,
    notices,
    operator,
    organisations,
    phones,
    resetting,
    second_factor,
    sessions,
)

__all__ = [
    "addresses",
    "choices",
    "devices",
    "founding",
    "invitations",
    "joining",
    "me",
    "members",
    "my_data",
    "notices",
    "operator",
    "organisations",
    "phones",
    "resetting",
    "second_factor",
    "sessions",
]
