"""Papers of an order, made when they are asked for: the packing slip for who packs, the receipt for both sides."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from marketplace.core import papers
from marketplace.core.permissions import Permission
from marketplace.orders import bp
from marketplace.orders.policies import order_for
from marketplace.orders.queries.papers import packing_slip_of, receipt_of
from marketplace.web.requests import actor, private


@bp.get("/orders/<ref>/packing-slip.pdf")
def packing_slip(ref: str) -> ResponseReturnValue:
    """What goes into the parcel."""
    order = order_for(actor(), ref, Permission.ORDER_PACKING_SLIP_SEE)
    return _pdf(packing_slip_of(order), f"phieu-dong-goi-{order.ref}")


@bp.get("/orders/<ref>/receipt.pdf")
def receipt(ref: str) -> ResponseReturnValue:
    """What was bought and what it cost."""
    order = order_for(actor(), ref, Permission.ORDER_PAPER_SEE)
    return _pdf(receipt_of(order), f"bien-nhan-{order.ref}")


def _pdf(data: dict[str, Any], name: str) -> ResponseReturnValue:
    answer = Response(papers.made_of("orders/papers/paper.typ", data), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return private(answer)
