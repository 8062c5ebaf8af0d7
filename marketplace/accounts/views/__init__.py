"""The pages of accounts, a module a matter."""

from marketplace.accounts.views import joining, me, notices, resetting, sessions

__all__ = ["joining", "me", "notices", "resetting", "sessions"]
