"""The file that anybody wants checked."""

from __future__ import annotations

from typing import cast

from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.fields import FileField
from wtforms.validators import ValidationError

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.web.forms import Form

MEGABYTE = 1024 * 1024


class VerifyForm(Form):
    """A signed or issued PDF."""

    file = FileField(_l("PDF file"))

    def validate_file(self, field: Field) -> None:
        """A file has to come."""
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise ValidationError(_("Please choose the PDF that you want checked."))

    def content(self, most_bytes: int) -> bytes:
        """What the file holds; an empty or a larger one is refused at its field."""
        content: bytes = cast(FileStorage, self.file.data).stream.read(most_bytes + 1)
        if not content:
            self.refuse("file", _("The file is empty. Please choose another one."))
        if len(content) > most_bytes:
            most = most_bytes // MEGABYTE
            self.refuse("file", _("The file is larger than %(most)s MB: it cannot be one of ours.", most=most))
        return content
