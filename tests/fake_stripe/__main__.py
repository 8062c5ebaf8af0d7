"""`python -m tests.fake_stripe [PORT] [WEBHOOK_URL]`: a card company to try payments by hand, without any real card."""

from __future__ import annotations

import sys
import threading

from tests.fake_stripe import KEY, SECRET, FakeStripe


def main(port: str = "8012", webhook_url: str = "http://127.0.0.1:8000/webhooks/stripe") -> None:
    with FakeStripe(webhook_url=webhook_url, port=int(port)) as stripe:
        settings = f"STRIPE_SECRET_KEY={KEY} STRIPE_WEBHOOK_SECRET={SECRET} STRIPE_API_BASE={stripe.url}"
        sys.stdout.write(f"Start the marketplace with {settings}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
