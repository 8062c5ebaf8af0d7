"""The page of my organisation: what it is, where it stands, and its profile."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import bp, queries, services
from marketplace.accounts.forms import ProfileForm
from marketplace.accounts.models import Organisation
from marketplace.accounts.policies import own_organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.accounts.states import HEAD, JOINING, KIND_WORDS, ROLE_WORDS
from marketplace.accounts.views.founding import known_of, profile_in, with_choices
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, allows
from marketplace.core.refusals import NotSeen
from marketplace.web.requests import actor, answers, private


@bp.get("/me/organisation")
@needs_sign_in
def organisation() -> ResponseReturnValue:
    """What my organisation says of itself, and where it stands with the operator."""
    own = own_organisation(actor())
    page = render_template(
        "accounts/organisation.html",
        organisation=own,
        standing=queries.standing_of(own),
        members=queries.members_of(own),
        heads=queries.heads_of(own),
        kind_words=KIND_WORDS,
        role_words=ROLE_WORDS,
        may_run=allows(actor(), Permission.ORGANISATION_RUN, own),
        may_edit=allows(actor(), Permission.ORGANISATION_RUN, own) and own.kind in JOINING,
        head_word=ROLE_WORDS[HEAD[own.kind]],
    )
    return private(make_response(page))


def _edited() -> Organisation:
    own = own_organisation(actor(), Permission.ORGANISATION_RUN)
    if own.kind not in JOINING:
        raise NotSeen
    return own


@bp.get("/me/organisation/profile")
@needs_sign_in
def profile() -> ResponseReturnValue:
    """The profile of my organisation, to be changed."""
    own = _edited()
    standing = queries.standing_of(own)
    known = known_of(own)
    if standing.application and own.state.value != "pending":
        known |= queries.wished(standing.application)
    form = with_choices(ProfileForm.shown(**known), own.kind)
    return private(
        make_response(render_template("accounts/profile.html", organisation=own, standing=standing, form=form))
    )


@bp.post("/me/organisation/profile")
@needs_sign_in
@answers(profile)
def save_profile() -> ResponseReturnValue:
    """Change it; what was verified waits for the operator."""
    own, by = _edited(), actor()
    written = profile_in(ProfileForm.checked(lambda form: with_choices(form, own.kind)))
    with writing():
        waits = services.edit_organisation(own, written, by=by)
    sentence = _("Saved. The operator now looks at it.") if waits else _("The profile is saved.")
    flash(sentence, "success")
    return redirect(url_for("accounts.organisation"), code=303)
