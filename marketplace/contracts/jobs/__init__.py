"""What the worker does for agreements by itself."""

from marketplace.contracts.jobs import deadlines, papers

__all__ = ["deadlines", "papers"]
