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


class ApplicationKind(Labelled):
    """What an organisation asks the operator to check."""

    JOINING = "joining", _l("first verification")
    CHANGE = "change", _l("change of legal details")


class ApplicationState(Labelled):
    """Where a request for verification stands."""

    WAITING = "waiting", _l("waits for the operator")
    ASKED = "asked", _l("waits for the applicant")
    ACCEPTED = "accepted", _l("accepted")
    DECLINED = "declined", _l("declined")
    WITHDRAWN = "withdrawn", _l("taken back by the applicant")


class ApplicationAction(Labelled):
    """What may be done with a request for verification."""

    ACCEPT = "accept", _l("Accept")
    ASK = "ask", _l("Ask for more")
    DECLINE = "decline", _l("Decline")
    SUBMIT = "submit", _l("Send again")
    WITHDRAW = "withdraw", _l("Withdraw")


OPEN_APPLICATIONS = (ApplicationState.WAITING, ApplicationState.ASKED, ApplicationState.DECLINED)

APPLICATION: Machine[ApplicationState, ApplicationAction] = Machine(
    {
        (ApplicationState.WAITING, ApplicationAction.ACCEPT): ApplicationState.ACCEPTED,
        (ApplicationState.WAITING, ApplicationAction.ASK): ApplicationState.ASKED,
        (ApplicationState.WAITING, ApplicationAction.DECLINE): ApplicationState.DECLINED,
        (ApplicationState.WAITING, ApplicationAction.WITHDRAW): ApplicationState.WITHDRAWN,
        (ApplicationState.ASKED, ApplicationAction.ACCEPT): ApplicationState.ACCEPTED,
        (ApplicationState.ASKED, ApplicationAction.SUBMIT): ApplicationState.WAITING,
        (ApplicationState.ASKED, ApplicationAction.DECLINE): ApplicationState.DECLINED,
        (ApplicationState.ASKED, ApplicationAction.WITHDRAW): ApplicationState.WITHDRAWN,
        (ApplicationState.DECLINED, ApplicationAction.SUBMIT): ApplicationState.WAITING,
        (ApplicationState.DECLINED, ApplicationAction.WITHDRAW): ApplicationState.WITHDRAWN,
    }
)


class RulingKind(Labelled):
    """What the operator has decided about an organisation."""

    VERIFIED = "verified", _l("Verified")
    ACCEPTED = "accepted", _l("Change accepted")
    ASKED = "asked", _l("Asked for more")
    DECLINED = "declined", _l("Declined")
    SUSPENDED = "suspended", _l("Suspended")
    REINSTATED = "reinstated", _l("Reinstated")


# whoever holds this role runs the organisation: its profile, its people, its roles
HEAD: dict[OrganisationKind, Role] = {
    OrganisationKind.PRODUCER: Role.MANAGER,
    OrganisationKind.BUYER: Role.MANAGER,
    OrganisationKind.DEPARTMENT: Role.LEADER,
    OrganisationKind.OPERATOR: Role.MANAGER,
}
ROLES_IN: dict[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.PRODUCER: (Role.MANAGER, Role.STAFF, Role.SIGNATORY),
    OrganisationKind.BUYER: (Role.MANAGER, Role.STAFF, Role.SIGNATORY),
    OrganisationKind.DEPARTMENT: (Role.LEADER, Role.OFFICER),
    OrganisationKind.OPERATOR: (Role.MANAGER, Role.STAFF),
}
ROLE_DUTIES: dict[Role, Any] = {
    Role.MANAGER: _l("runs everything here: goods, orders, money, profile and people"),
    Role.STAFF: _l("goods, stock and orders; no bank account, no people"),
    Role.SIGNATORY: _l("may sign agreements in the organisation's name"),
    Role.OFFICER: _l("does the department's daily work"),
    Role.LEADER: _l("leads the department's work here and its people"),
}
# who joins by herself and is verified by the operator
JOINING = (OrganisationKind.PRODUCER, OrganisationKind.BUYER)
# forms that live under the tax code of a person, too
PERSONAL_FORMS = (LegalForm.HOUSEHOLD_BUSINESS, LegalForm.FARM, LegalForm.COOPERATIVE_GROUP)
