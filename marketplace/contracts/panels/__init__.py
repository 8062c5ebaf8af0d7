"""What contracts show in lower features' pages, a module a noun."""

from marketplace.contracts.panels import agreements, calling, department, rules, signing, sourcing

__all__ = ["agreements", "calling", "department", "rules", "signing", "sourcing"]
