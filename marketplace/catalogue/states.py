"""What a product can be and how it is kept."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class ProductState(Labelled):
    """Whether people see a product."""

    DRAFT = "draft", _l("draft")
    PUBLISHED = "published", _l("on sale")
    WITHDRAWN = "withdrawn", _l("withdrawn")


class ProductAction(Labelled):
    """What its producer may do with it."""

    PUBLISH = "publish", _l("Put on sale")
    WITHDRAW = "withdraw", _l("Withdraw")


PRODUCT: Machine[ProductState, ProductAction] = Machine(
    {
        (ProductState.DRAFT, ProductAction.PUBLISH): ProductState.PUBLISHED,
        (ProductState.PUBLISHED, ProductAction.WITHDRAW): ProductState.WITHDRAWN,
        (ProductState.WITHDRAWN, ProductAction.PUBLISH): ProductState.PUBLISHED,
    }
)


class Keeping(Labelled):
    """How a variant comes to be in stock."""

    STOCKED = "stocked", _l("in stock")
    MADE_TO_ORDER = "made_to_order", _l("made to order")
    SEASONAL = "seasonal", _l("in season only")


class FoodSafetyKind(Labelled):
    """By which paper a producer shows that her food is made safely."""

    FACILITY = "facility", _l("certificate of food safety conditions")
    SYSTEM = "system", _l("HACCP, ISO 22000, GMP or the like")
    COMMITMENT = "commitment", _l("commitment of a small producer")


class CertificateBasis(Labelled):
    """How sure we are of a certificate."""

    ILLUSTRATIVE = "illustrative", _l("illustrative data")
    DECLARED = "declared", _l("declared by the producer")
    VERIFIED = "verified", _l("verified")
