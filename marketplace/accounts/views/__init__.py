"""The pages of accounts, a module a matter."""

from marketplace.accounts.views import addresses, devices, joining, me, notices, resetting, sessions

__all__ = ["addresses", "devices", "joining", "me", "notices", "resetting", "sessions"]
