"""What the worker does for agreements by itself."""

from marketplace.contracts.jobs import deadlines

__all__ = ["deadlines"]
