"""A card company over real HTTP, after Stripe's documented behaviour: what is asked wrongly is refused as there.

`with FakeStripe(...) as stripe:` serves on loopback. `stripe.pay(session)` is the buyer at the page; faults are put in
with `stripe.fail(...)`; events are sent to `webhook_url`, or kept for the test to send in its own order.
"""

from tests.fake_stripe.server import KEY, SECRET, FakeStripe, signed

__all__ = ["KEY", "SECRET", "FakeStripe", "signed"]
