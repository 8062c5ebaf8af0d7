"""What is sent in and typed around signatures: files, codes, mandates, certificates of authorities."""

from __future__ import annotations

from typing import Any, cast

from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.fields import FileField, HiddenField
from wtforms.validators import ValidationError

from marketplace.contracts.states.agreements import AgreementKind
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.web.forms import DayField, Form, choice_field, text_field, tick_field, vnd_field

MOST_PDF = 10 * 1024 * 1024
MOST_CERTIFICATE = 64 * 1024
MOST_LIST = 9 * 1024 * 1024
PDF = b"%PDF-"


def _short(value: str | None) -> str:
    return (value or "")[:64]


def _chosen(field: Field) -> bool:
    return isinstance(field.data, FileStorage) and bool(field.data.filename)


class FileForm(Form):
    """A form with one file under the name that `file_name` says."""

    def content_of(self, name: str, most: int) -> bytes:
        """What a file holds, at most so many bytes; nothing where none was chosen."""
        data = getattr(self, name).data
        if not _chosen(getattr(self, name)):
            return b""
        content: bytes = cast(FileStorage, data).stream.read(most + 1)
        if len(content) > most:
            self.refuse(name, _("This file is larger than %(most)s MB.", most=max(1, most // 1024**2)))
        if not content:
            self.refuse(name, _("The file is empty. Please choose another one."))
        return content

    def pdf_of(self, name: str) -> bytes:
        """The same, and it has to begin as a PDF does."""
        content = self.content_of(name, MOST_PDF)
        if content and not content.startswith(PDF):
            self.refuse(name, _("This is not a PDF file."))
        return content


def _needs_file(sentence: Any) -> Any:
    def check(form: Form, field: Field) -> None:
        if not _chosen(field):
            raise ValidationError(str(sentence))

    return check


class UploadForm(FileForm):
    """The signed PDF."""

    file = FileField(_l("Signed PDF"), [_needs_file(_l("Please choose the PDF that your signing tool has saved."))])


class ScanForm(FileForm):
    """The scan of a paper that both have signed by hand."""

    scan = FileField(_l("Scan of the signed paper (PDF)"), [_needs_file(_l("Please choose the scan first."))])


class LetterCodeForm(Form):
    """Six digits of a letter, and the fingerprint of what was read."""

    code = text_field(_l("Code of six digits"), most=12)
    sha256 = HiddenField(filters=[_short])
    read = tick_field(_l("I have read the document and confirm it for my organisation"), must=_l("Please tick this."))


class FingerprintForm(Form):
    """The fingerprint of what was read."""

    sha256 = HiddenField(filters=[_short])


class MandateForm(FileForm):
    """Who may sign, what, up to which value, until when."""

    person = choice_field(_l("Signatory"), [])
    number = text_field(_l("Number of the power of attorney"), most=60, required=False)
    limit_vnd = vnd_field(_l("Highest value of one agreement"), least=1, required=False)
    valid_from = DayField(_l("From"))
    valid_to = DayField(_l("Until and including"))
    paper = FileField(_l("The signed power of attorney (PDF)"))

    @property
    def kinds(self) -> list[AgreementKind]:
        """The kinds that were ticked; all or none means every kind."""
        from flask import request

        found = [kind for kind in AgreementKind if kind.value in request.form.getlist("kinds")]
        return [] if len(found) == len(AgreementKind) else found


class RootForm(FileForm):
    """An authority that shall be trusted."""

    certificate = FileField(
        _l("Certificate of the authority (.cer, .crt, .pem)"), [_needs_file(_l("Please choose the certificate first."))]
    )
    crl_url = text_field(_l("Address of its list of revocations (CRL)"), most=300, required=False)
    words = text_field(_l("Why, and where you have compared the fingerprint"), most=1000, lines=True)


class RegistrationForm(FileForm):
    """A certificate without a tax code that shall be bound to an organisation."""

    certificate = FileField(
        _l("Certificate (.cer, .crt, .pem)"),
        [_needs_file(_l("Please choose the certificate first."))],
        id="registration-certificate",
    )
    organisation = text_field(_l("Number of the organisation here, for example TC-2026-000012"), most=32)
    words = text_field(
        _l("Why, and where you have compared the fingerprint"), most=1000, lines=True, id="registration-words"
    )


class EndingForm(Form):
    """Why an authority or a certificate shall count no longer."""

    words = text_field(_l("Why it shall count no longer"), most=1000, lines=True)


class ListForm(FileForm):
    """A list of revocations handed in by an operator."""

    list = FileField(_l("List of revocations (.crl)"), [_needs_file(_l("Please choose the list first."))])
