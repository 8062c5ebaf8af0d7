"""Pictures: an upload is read as a picture or refused, loses its metadata, and is kept in five sizes of WebP."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from datetime import datetime
from typing import IO, Any

from flask import current_app
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, mapped_column

from config import Settings
from marketplace.core import clock
from marketplace.core.database import Base, Id, db, insert_into, writing
from marketplace.core.files.store import digest, store
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

LARGEST = 2400
SIZES = (160, 320, 640, 1280, LARGEST)
PRIVATE_SIZES = (320, 1280)
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
MEGABYTE = 1024 * 1024
_QUALITY = {LARGEST: 88}
_SRGB = ImageCms.createProfile("sRGB")

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Picture(Base):
    """One picture in the store: the hash of its largest size, and how large that is."""

    __tablename__ = "pictures"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name="size_positive"),)

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def picture_key(sha256: str, size: int) -> str:
    """Where the store keeps one size of a picture: at most that wide and that high."""
    return f"{sha256}/{size}.webp"


def private_picture_key(sha256: str, size: int) -> str:
    """Where the store keeps one size of a picture that no public address serves; its owner streams it."""
    return f"{sha256}/private-{size}.webp"


def take_private_picture(stream: IO[bytes]) -> str:
    """Check an upload, keep it small and large under keys that no public address serves; its hash, or a refusal.

    Slow work only, no row: the caller writes the hash on what the picture belongs to.
    """
    image = _fitted(_readable(_read(stream)), PRIVATE_SIZES[-1])
    renditions = {size: _webp(image, size) for size in PRIVATE_SIZES}
    sha256 = digest(renditions[PRIVATE_SIZES[-1]])
    for size, content in renditions.items():
        if not store().exists(private_picture_key(sha256, size)):
            store().put(private_picture_key(sha256, size), content)
    return sha256


def take_picture(stream: IO[bytes]) -> Picture:
    """Check an upload, keep it in all sizes and hand back its row, or refuse it with a sentence.

    All slow work is done here, before the caller's own writing(); the row is stored by itself, since a picture that
    nothing shows harms nobody and the next try finds it again.
    """
    image = _fitted(_readable(_read(stream)), LARGEST)
    renditions = {size: _webp(image, size) for size in SIZES}
    sha256 = digest(renditions[LARGEST])
    for size, content in renditions.items():
        if not store().exists(picture_key(sha256, size)):
            store().put(picture_key(sha256, size), content)
    return _row(sha256, width=image.width, height=image.height, bytes=len(renditions[LARGEST]), created_at=clock.now())


def _row(sha256: str, **columns: Any) -> Picture:
    with writing():
        insert = insert_into(Picture).values(sha256=sha256, **columns)
        db.session.execute(insert.on_conflict_do_nothing(index_elements=["sha256"]))
    return db.session.scalars(select(Picture).where(Picture.sha256 == sha256)).one()


def _read(stream: IO[bytes]) -> bytes:
    settings: Settings = current_app.config["SETTINGS"]
    most = settings.upload_bytes
    content = stream.read(most + 1)
    if not content:
        raise Refused(_l("The file is empty. Please choose another one."))
    if len(content) > most:
        raise Refused(_l("The file is larger than %(most)s MB. Please choose a smaller one.", most=most // MEGABYTE))
    return content


def _readable(content: bytes) -> Image.Image:
    """The picture upright, in plain sRGB, with nothing but its pixels."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _refuse_bomb(opened)
            opened.draft("RGB", (LARGEST, LARGEST))
            return _plain(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise Refused(_not_a_picture(content)) from None
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, MemoryError):
        raise Refused(_l("The picture is damaged or cut off. Please upload it again.")) from None


def _refuse_bomb(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> Refused:
    most = MOST_PIXELS // 1_000_000
    return Refused(_l("The picture has more than %(most)s million pixels. Please make it smaller first.", most=most))


def _not_a_picture(content: bytes) -> Any:
    """The sentence for what was sent instead of a picture, known by its first bytes."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"gif87a", b"gif89a")):
        return _l("GIF pictures cannot be shown here. Please send a JPEG, PNG or WebP picture.")
    if start[4:8] == b"ftyp":
        return _l("HEIC and AVIF pictures cannot be read here. Please send the photo as JPEG.")
    if start.startswith((b"<!doctype html", b"<html", b"<script")):
        return _l("This is a web page, not a picture. Please send a JPEG, PNG or WebP picture.")
    if b"<svg" in start:
        return _l("SVG drawings cannot be shown here. Please send a JPEG, PNG or WebP picture.")
    return _l("This is not a picture that we can read. Please send a JPEG, PNG or WebP picture.")


def _plain(image: Image.Image) -> Image.Image:
    seen = image.convert("RGBA" if image.has_transparency_data else "RGB") if image.mode != "CMYK" else image
    profile = image.info.get("icc_profile")
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = "RGB" if seen.mode == "CMYK" else seen.mode
            seen = ImageCms.profileToProfile(seen, source, _SRGB, outputMode=target) or seen
    seen = seen.convert("RGB") if seen.mode == "CMYK" else seen
    seen.info = {}
    return seen


def _fitted(image: Image.Image, size: int) -> Image.Image:
    """The picture no wider and no higher than a size; never enlarged."""
    small = image.copy()
    small.thumbnail((size, size), Image.Resampling.LANCZOS)
    return small


def _webp(image: Image.Image, size: int) -> bytes:
    out = io.BytesIO()
    _fitted(image, size).save(out, "WEBP", quality=_QUALITY.get(size, 80), method=4)
    return out.getvalue()
