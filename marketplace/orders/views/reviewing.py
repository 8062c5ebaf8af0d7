"""Reviews: the buyer writes one for each line that reached her, the seller replies once."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.orders import bp, services
from marketplace.orders.forms import ReplyForm, ReviewForm
from marketplace.orders.policies import line_for, review_for
from marketplace.web.requests import actor, answers, private


@bp.get("/orders/<ref>/lines/<sku>/review")
def write_review(ref: str, sku: str) -> ResponseReturnValue:
    """A form with five choices and room for words."""
    line = line_for(actor(), ref, sku, Permission.ORDER_REVIEW)
    return private(make_response(render_template("orders/review.html", line=line, form=ReviewForm.shown())))


@bp.post("/orders/<ref>/lines/<sku>/review")
@answers(write_review)
def review(ref: str, sku: str) -> ResponseReturnValue:
    """Say how the goods were."""
    line = line_for(actor(), ref, sku, Permission.ORDER_REVIEW)
    form = ReviewForm.checked()
    with writing():
        services.review(line, rating=int(form.rating.data), text=form.text.data or "", by=actor())
    flash(_("Thank you. Your review is on the page of the product."), "success")
    return redirect(url_for(".show", ref=ref), code=303)


@bp.get("/orders/<ref>/lines/<sku>/reply")
def write_reply(ref: str, sku: str) -> ResponseReturnValue:
    """The review, and a form for the one public reply."""
    given = review_for(actor(), ref, sku, Permission.REVIEW_ANSWER)
    return private(make_response(render_template("orders/reply.html", given=given, form=ReplyForm.shown())))


@bp.post("/orders/<ref>/lines/<sku>/reply")
@answers(write_reply)
def reply(ref: str, sku: str) -> ResponseReturnValue:
    """Answer a review in public."""
    given = review_for(actor(), ref, sku, Permission.REVIEW_ANSWER)
    form = ReplyForm.checked()
    with writing():
        services.reply_to(given, text=form.text.data, by=actor())
    flash(_("Your reply stands under the review."), "success")
    return redirect(url_for(".desk_order", ref=ref), code=303)
