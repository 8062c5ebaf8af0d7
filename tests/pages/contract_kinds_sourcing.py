"""Lists and refusals of requests, quotes and supply, as pages are checked with nothing, one and many in them."""

from __future__ import annotations

from datetime import timedelta

from marketplace.accounts.models import Organisation
from marketplace.contracts.services import quotes, requests, supply
from marketplace.contracts.services.quotes import Price, Proposal
from marketplace.contracts.services.requests import Asked, Wanted
from marketplace.contracts.services.supply import Harvest
from marketplace.contracts.states.sourcing import Audience, FreightTerms
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import writing
from tests import factories

LISTS = (
    "/requests", "/requests?show=received&over=1", "/requests?show=sent", "/quotes", "/quotes?state=open",
    "/desk/supply", "/demand", "/demand?set=6", "/supply", "/supply?set=6",
)  # fmt: skip
REFUSED = (
    "contracts.create_request", "contracts.save_request", "contracts.send_request", "contracts.give_quote",
    "contracts.propose", "contracts.agree_quote", "contracts.award", "contracts.publish_supply",
    "contracts.save_supply", "contracts.reopen_request", "contracts.contract_quote",
)  # fmt: skip


def fill(seller: Organisation, number: int) -> None:
    """So many harvests of a producer, so many requests to it, half of them quoted, and so many wants on the board."""
    if not number:
        return
    firm = factories.organisation(OrganisationKind.BUYER, province_slug="quang-ninh")
    buyer = factories.actor(factories.manager_of(firm), firm)
    by = factories.actor(factories.person(), seller)
    today, set_ = clock.today(), factories.product_set(6)
    lines = [Wanted(description="Bánh đậu xanh", quantity=500, unit="hộp", set_id=set_.id)]
    for place in range(number):
        month = (today.month + place - 1) % 12 + 1
        harvest = Harvest(
            description=f"Bánh vụ {place + 1}", product_set=set_, province_id=seller.province_id,
            year=today.year + (1 if month < today.month else 0), first_month=month, last_month=month, kilograms=2_500,
        )  # fmt: skip
        wish = Asked(lines=lines, province=firm.province, answer_by=today + timedelta(days=10), title=f"Lô {place + 1}")
        with writing():
            supply.publish(seller, harvest, by=by)
            on_board = requests.draft(firm, wish, by=buyer)
            requests.address(on_board, Audience.BOARD, is_named=True, by=buyer)
            requests.send(on_board, by=buyer)
            asked = requests.draft(firm, wish, by=buyer)
            requests.address(asked, Audience.NAMED, [seller], is_named=True, by=buyer)
            requests.send(asked, by=buyer)
            if place % 2 == 0:
                quotes.give(asked, seller, _proposal([line.id for line in asked.lines]), by=by)


def _proposal(line_ids: list[int]) -> Proposal:
    return Proposal(
        prices={line_id: Price(58_000, 500) for line_id in line_ids}, freight_terms=FreightTerms.INCLUDED,
        freight_vnd=0, loss_percent=0, payment_days=15, lead_days=7, valid_until=clock.today() + timedelta(days=14),
    )  # fmt: skip
