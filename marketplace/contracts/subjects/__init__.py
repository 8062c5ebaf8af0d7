"""What people write messages about here: requests, quotes and agreements."""

from marketplace.contracts.subjects import agreements, sourcing

__all__ = ["agreements", "sourcing"]
