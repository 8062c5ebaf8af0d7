"""An operator's look into an agreement of others: for the managers of the marketplace alone."""

from __future__ import annotations

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.glass import agreement_by_ref
from marketplace.contracts.services.glass import break_glass
from marketplace.contracts.states.agreements import AgreementState
from marketplace.core.database import writing
from tests.access.rows import Row, operators
from tests.access.things import Asked
from tests.access.world import World
from tests.contracts import making

WHY = "Bên mua khiếu nại, cần xem lại điều khoản."
_known: dict[str, str] = {}


def _agreement(world: World) -> Agreement:
    """One that is negotiated; the same for every act in one world."""
    found = agreement_by_ref(_known.get(world.seller_slug, ""))
    if found is None:
        found = making.agreement_in(AgreementState.NEGOTIATING, making.two_sides())
        _known[world.seller_slug] = found.ref
    return found


def one(world: World, role: str) -> Asked:
    return Asked({}, {"agreement": _agreement(world).ref})


def opened(world: World, role: str) -> Asked:
    agreement = _agreement(world)
    with writing():
        break_glass(agreement, reason=WHY, by=world.buyer("operator"))
    return Asked({"ref": agreement.ref})


ROWS: dict[str, Row] = {
    "GET contracts.glass_page": operators(200),
    "POST contracts.look_into": operators(303, one, {"reason": WHY}),
    "GET contracts.looked_into": operators(200, opened),
}
