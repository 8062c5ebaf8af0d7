"""The pages, a module a noun; each registers its routes on the blueprint."""

from marketplace.contracts.views import (
    agreements,
    asking,
    changes,
    comparing,
    demand,
    department,
    disputes,
    drafting,
    monitoring,
    negotiating,
    parts,
    quotes,
    requests,
    supply,
)

__all__ = [
    "agreements",
    "asking",
    "changes",
    "comparing",
    "demand",
    "department",
    "disputes",
    "drafting",
    "monitoring",
    "negotiating",
    "parts",
    "quotes",
    "requests",
    "supply",
]
