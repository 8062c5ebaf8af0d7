"""What a token may be used for, of which events webhooks tell, and the life of an address and of a message."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class Scope(Labelled):
    """What a token may be used for; its owner's own rights bound it too."""

    ORDERS_READ = "orders:read", _l("Read orders")
    ORDERS_WRITE = "orders:write", _l("Confirm and ship orders")
    STOCK_WRITE = "stock:write", _l("Read and correct stock")
    PRICES_WRITE = "prices:write", _l("Read and change prices")
    AGREEMENTS_READ = "agreements:read", _l("Read agreements and call-offs")
    CALL_OFFS_WRITE = "call-offs:write", _l("Call goods under contracts")


class Happening(Labelled):
    """What webhooks tell of."""

    PLACED = "order.placed", _l("an order is placed")
    PAID = "order.paid", _l("an order is paid")
    CONFIRMED = "order.confirmed", _l("the seller confirms an order")
    SHIPPED = "order.shipped", _l("an order is shipped")
    DELIVERED = "order.delivered", _l("an order is delivered")
    CANCELLED = "order.cancelled", _l("an order is cancelled")
    RETURNED = "order.returned", _l("a refused parcel is back with the seller")
    REDUCED = "order.reduced", _l("an order comes to cost less")


# sent by a button only, never subscribed to
TEST = "test.ping"


class WebhookState(Labelled):
    """Whether an address is told."""

    ACTIVE = "active", _l("active")
    PAUSED = "paused", _l("paused")
    DISABLED = "disabled", _l("switched off after failures")


class WebhookAction(Labelled):
    """What may happen to an address."""

    PAUSE = "pause", _l("Pause")
    RESUME = "resume", _l("Switch on")
    DISABLE = "disable", _l("Switch off")


WEBHOOK: Machine[WebhookState, WebhookAction] = Machine(
    {
        (WebhookState.ACTIVE, WebhookAction.PAUSE): WebhookState.PAUSED,
        (WebhookState.ACTIVE, WebhookAction.DISABLE): WebhookState.DISABLED,
        (WebhookState.PAUSED, WebhookAction.RESUME): WebhookState.ACTIVE,
        (WebhookState.DISABLED, WebhookAction.RESUME): WebhookState.ACTIVE,
    }
)


class MessageState(Labelled):
    """Where a message stands."""

    WAITING = "waiting", _l("waiting")
    DELIVERED = "delivered", _l("delivered")
    GIVEN_UP = "given_up", _l("given up")
