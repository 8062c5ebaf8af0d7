"""The world that bad input is sent to."""

from tests.access.world import world

__all__ = ["world"]
