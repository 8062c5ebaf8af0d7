"""What an operator says before she looks into an agreement of others."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.web.forms import Form, text_field


class GlassForm(Form):
    """Which agreement, and why."""

    agreement = text_field(_l("Ref of the agreement"), most=32)
    reason = text_field(_l("Why it has to be read"), most=1000, lines=True)
