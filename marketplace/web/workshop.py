"""What the worker does, for the operator: how many jobs wait, what was given up, and another try."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.i18n import ngettext
from marketplace.core.outbox import queue
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.web.forms import Form, text_field
from marketplace.web.panels import Slot, panels
from marketplace.web.requests import actor, answers, private

bp = Blueprint("workshop", __name__, url_prefix="/operator/jobs")


class RetryForm(Form):
    """Which kind of jobs is tried again."""

    unseen = ("kind",)
    kind = text_field(_l("Kind of job"), most=64)


@bp.before_request
def only_operators() -> None:
    """For everybody else this page does not exist."""
    if not allows(actor(), Permission.JOBS_READ):
        raise NotSeen


@bp.get("")
def index() -> ResponseReturnValue:
    """How many jobs stand where, what waits next and what was given up, with the reason."""
    dead = queue.dead()
    known = {"counts": queue.counts(), "waiting": queue.pending(most=30), "dead": dead}
    known |= {"kinds": sorted({job.kind for job in dead}), "panels": panels(Slot.WORKSHOP, actor(), ["jobs"])["jobs"]}
    return private(make_response(render_template("web/jobs.html", **known)))


@bp.post("")
@answers(index)
def retry() -> ResponseReturnValue:
    """Every given-up job of one kind is tried again."""
    kind = RetryForm.checked().kind.data
    with writing():
        again = [job for job in queue.dead() if job.kind == kind]
        for job in again:
            queue.retry(job.id, actor())
    flash(ngettext("%(num)s job is tried again.", "%(num)s jobs are tried again.", len(again)), "success")
    return redirect(url_for(".index"), code=303)


@bp.post("/<int:job>/retry")
def retry_one(job: int) -> ResponseReturnValue:
    """One given-up job is tried again."""
    with writing():
        queue.retry(job, actor())
    flash(_("The job is tried again."), "success")
    return redirect(url_for(".index"), code=303)


@bp.post("/<int:job>/drop")
def drop(job: int) -> ResponseReturnValue:
    """One given-up job is never done."""
    with writing():
        queue.drop(job, actor())
    flash(_("The job is dropped."), "success")
    return redirect(url_for(".index"), code=303)


def register(app: Flask) -> None:
    """Hang the page into the application."""
    app.register_blueprint(bp)
