"""Who may see and do what; and the way from a URL to a thing."""

from marketplace.contracts.policies import glass, rules, versions
from marketplace.contracts.policies.agreements import agreement_for, departments_of, is_department_of, side_of

__all__ = ["agreement_for", "departments_of", "glass", "is_department_of", "rules", "side_of", "versions"]
