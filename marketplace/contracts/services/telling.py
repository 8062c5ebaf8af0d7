"""Writing to the sides and the departments of an agreement; texts are in templates/contracts/notices."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.accounts.queries.organisations import operators
from marketplace.contracts.models import Agreement
from marketplace.contracts.states.agreements import Side
from marketplace.core.actors import Recipient
from marketplace.core.outbox import notify

# a letter brings the gist; the page has every word
MOST_TOLD = 600


def tell(agreement: Agreement, side: Side, template: str, *, page: str = "", **more: Any) -> None:
    """Write to the people of one side: `template` names contracts/notices/<template>.txt."""
    _tell(agreement, agreement.recipient_of(side), template, page or f"/agreements/{agreement.ref}", more)


def excerpt(words: str) -> str:
    """What somebody wrote, as much of it as a letter carries, ended between two words."""
    if len(words) <= MOST_TOLD:
        return words
    kept = words[:MOST_TOLD]
    return kept[: max(kept.rfind(" "), kept.rfind("\n")) + 1 or MOST_TOLD].rstrip() + " …"


def tell_both(agreement: Agreement, template: str, *, page: str = "", **more: Any) -> None:
    """Write to both sides."""
    for side in Side:
        tell(agreement, side, template, page=page, **more)


def tell_departments(agreement: Agreement, template: str, /, *, page: str = "", **more: Any) -> None:
    """Write to the departments of both provinces, once where they are the same."""
    for department in agreement.departments():
        tell_department(agreement, department, template, page=page, **more)


def tell_department(
    agreement: Agreement, department: Organisation, template: str, /, *, page: str = "", **more: Any
) -> None:
    """Write to the officers of one department."""
    where = page or f"/department/agreements/{agreement.ref}"
    _tell(agreement, Recipient("organisation", department.ref), template, where, more)


def tell_operators(agreement: Agreement, template: str, *, page: str = "", **more: Any) -> None:
    """Write to the marketplace's operator what only it can mend; it may not open the agreement itself."""
    for recipient in operators():
        _tell(agreement, recipient, template, page or "/operator", more)


def _tell(agreement: Agreement, recipient: Recipient, template: str, url: str, more: dict[str, Any]) -> None:
    context = {
        "agreement": agreement.ref,
        "title": agreement.title,
        "kind": agreement.kind.value,
        "paper": agreement.paper.value,
        "seller": agreement.seller.name,
        "buyer": agreement.buyer.name,
        "url": url,
    }
    notify(recipient, f"contracts/{template}", **{**context, **more})
