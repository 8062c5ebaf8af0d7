"""What contracts show in lower features' pages, a module a noun."""

from marketplace.contracts.panels import agreements, calling, rules, sourcing

__all__ = ["agreements", "calling", "rules", "sourcing"]
