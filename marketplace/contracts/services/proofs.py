"""Files attached to a dispute: photos lose their metadata, PDF files are kept byte for byte; all are private."""

from __future__ import annotations

from typing import IO

from flask import current_app

from config import Settings
from marketplace.contracts.services.disputing import Kept
from marketplace.core.files import PRIVATE_SIZES, digest, private_picture_key, store, take_private_picture
from marketplace.core.files.pictures import MEGABYTE
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.core.text import clean

PDF = b"%PDF-"
LONGEST_NAME = 120


def keep(stream: IO[bytes], name: str) -> Kept:
    """Check a file and put it into the store before anything is written; what is neither photo nor PDF is refused."""
    start = stream.read(len(PDF))
    stream.seek(0)
    called = clean(name)[-LONGEST_NAME:] or "tep"
    if start == PDF:
        return Kept(_keep_pdf(stream), called)
    return Kept(private_picture_key(take_private_picture(stream), PRIVATE_SIZES[-1]), called)


def _keep_pdf(stream: IO[bytes]) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    content = stream.read(settings.upload_bytes + 1)
    if len(content) > settings.upload_bytes:
        most = settings.upload_bytes // MEGABYTE
        raise Refused(_("The file is larger than %(most)s MB. Please choose a smaller one.", most=most))
    key = f"{digest(content)}/proof.pdf"
    if not store().exists(key):
        store().put(key, content)
    return key
