"""What people and organisations can be."""

from __future__ import annotations

from typing import Any

from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class LegalForm(Labelled):
    """The legal form of an organisation; households are taxed otherwise than companies."""

    COOPERATIVE = "cooperative", _l("cooperative")
    COOPERATIVE_GROUP = "cooperative_group", _l("cooperative group")
    LLC = "llc", _l("limited liability company")
    JSC = "jsc", _l("joint-stock company")
    PRIVATE_ENTERPRISE = "private_enterprise", _l("private enterprise")
    HOUSEHOLD_BUSINESS = "household_business", _l("household business")
    FARM = "farm", _l("farm")
    STATE_BODY = "state_body", _l("state body")


KIND_WORDS: dict[OrganisationKind, Any] = {
    OrganisationKind.PRODUCER: _l("Producer"),
    OrganisationKind.BUYER: _l("Business buyer"),
    OrganisationKind.DEPARTMENT: _l("Department of Industry and Trade"),
    OrganisationKind.OPERATOR: _l("Operator of the marketplace"),
}
ROLE_WORDS: dict[Role, Any] = {
    Role.MANAGER: _l("manager"),
    Role.STAFF: _l("staff"),
    Role.SIGNATORY: _l("signatory"),
    Role.OFFICER: _l("officer"),
    Role.LEADER: _l("leader"),
}


class OrganisationState(Labelled):
    """Where an organisation stands with the operator."""

    PENDING = "pending", _l("waiting for verification")
    VERIFIED = "verified", _l("verified")
    SUSPENDED = "suspended", _l("suspended")


class OrganisationAction(Labelled):
    """What the operator may do with an organisation."""

    VERIFY = "verify", _l("Verify")
    SUSPEND = "suspend", _l("Suspend")
    REINSTATE = "reinstate", _l("Reinstate")


ORGANISATION: Machine[OrganisationState, OrganisationAction] = Machine(
    {
        (OrganisationState.PENDING, OrganisationAction.VERIFY): OrganisationState.VERIFIED,
        (OrganisationState.VERIFIED, OrganisationAction.SUSPEND): OrganisationState.SUSPENDED,
        (OrganisationState.SUSPENDED, OrganisationAction.REINSTATE): OrganisationState.VERIFIED,
    }
)
