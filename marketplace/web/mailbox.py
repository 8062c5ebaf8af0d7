"""The development mailbox: the letters that the demo would have sent, for anyone who tries it out."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Flask, make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.outbox.mail import Delivery
from marketplace.core.outbox.transports import Mail, transport_of
from marketplace.core.permissions import Permission, permits, reach
from marketplace.core.refusals import NotSeen
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, private, query_text
from marketplace.web.security import settings

__all__ = ["Delivery", "bp", "register"]

_LINK = re.compile(r"https?://[^\s<>\"]+")

bp = Blueprint("mailbox", __name__, url_prefix="/dev/mailbox")


@permits(Permission.MAILBOX_READ)
def may_read_mailbox(actor: Actor, thing: Any = None) -> bool:
    """Everybody where the market is a demo or a test and its mail goes nowhere else; nobody elsewhere."""
    chosen = settings()
    return (chosen.demo or chosen.testing) and chosen.mail_url.startswith("mailbox:")


@bp.before_request
def only_where_open() -> None:
    """Elsewhere these pages do not exist."""
    reach(actor(), bp, Permission.MAILBOX_READ)


@bp.get("")
def index() -> ResponseReturnValue:
    """The letters, the newest first; `?to=` shows those to one address."""
    to = query_text("to")
    return private(make_response(render_template("web/mailbox.html", page=page_of(_mails(to), per_page=30), to=to)))


def _mails(to: str) -> Select[Any]:
    mails = select(Mail).order_by(Mail.id.desc())
    return mails.where(Mail.sent_to == to.lower()) if to else mails


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """One letter as text, with its links and the source of its HTML: foreign markup is never put into our page."""
    mail = db.session.scalar(select(Mail).where(Mail.token == token))
    if mail is None:
        raise NotSeen
    links = list(dict.fromkeys(_LINK.findall(mail.text)))
    return private(make_response(render_template("web/mail.html", mail=mail, links=links)))


def register(app: Flask) -> None:
    """Serve the mailbox, which asks at each request whether it is open; a wrong MAIL_URL stops the start."""
    transport_of(app.config["SETTINGS"])
    app.register_blueprint(bp)
