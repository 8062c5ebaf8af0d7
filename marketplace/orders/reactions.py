"""What orders does when somebody signs in."""

from __future__ import annotations

from marketplace.accounts.events import SignedIn
from marketplace.core.events import on
from marketplace.orders import services


@on(SignedIn)
def bring_the_cart(event: SignedIn) -> None:
    """The guest's cart joins the person's."""
    services.merge_guest_cart(event.person.id, event.guest_ref)
