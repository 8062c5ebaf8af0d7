"""What the worker does for agreements by itself."""

from marketplace.contracts.jobs import deadlines, papers, signing, sourcing, terms

__all__ = ["deadlines", "papers", "signing", "sourcing", "terms"]
