"""The pages of accounts, a module a matter."""

from marketplace.accounts.views import addresses, devices, joining, me, notices, resetting, second_factor, sessions

__all__ = ["addresses", "devices", "joining", "me", "notices", "resetting", "second_factor", "sessions"]
