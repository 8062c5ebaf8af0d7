"""What contracts show in lower features' pages, a module a noun."""

from marketplace.contracts.panels import agreed_prices, agreements, calling, department, rules, signing, sourcing

__all__ = ["agreed_prices", "agreements", "calling", "department", "rules", "signing", "sourcing"]
