"""Files: whole or not at all, never outside the store; pictures are checked, stripped and kept in all sizes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import func, select

from config import Settings, WrongSetting
from marketplace.core import i18n
from marketplace.core.database import db, writing
from marketplace.core.files import SIZES, Folder, Missing, Picture, digest, picture_key, store, take_picture
from marketplace.core.refusals import Refused
from marketplace.web.media import picture_url
from tests.clients import Client

pytestmark = pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")

KEY = "a" * 64 + "/file.pdf"


# --- the store -------------------------------------------------------------------------------------------------------


def test_what_was_put_is_got_back_until_it_is_deleted(tmp_path: Path) -> None:
    place = Folder(tmp_path)
    assert not place.exists(KEY)
    place.put(KEY, b"as it is\r\n\x00")
    with place.open(KEY) as file:
        assert file.read() == place.get(KEY) == b"as it is\r\n\x00"
    place.delete(KEY)
    place.delete(KEY)
    assert not place.exists(KEY)
    with pytest.raises(Missing):
        place.get(KEY)


def test_putting_again_is_fine(tmp_path: Path) -> None:
    place = Folder(tmp_path)
    place.put(KEY, b"one")
    place.put(KEY, b"one")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["file.pdf"]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Folder(tmp_path).put(KEY, b"half")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "key",
    ["", "../secret", "/etc/passwd", "a" * 64, "a" * 64 + "/../x", "A" * 64 + "/x", "a" * 63 + "/x", "a" * 64 + "/x/y",
     "a" * 64 + "/x\x00", "a" * 64 + "/.hidden", "a" * 64 + "/x\n"],
)  # fmt: skip
def test_no_key_leads_out_of_the_store(tmp_path: Path, key: str) -> None:
    place = Folder(tmp_path / "media")
    with pytest.raises(Missing):
        place.put(key, b"evil")
    for attempt in (place.get, place.exists, place.delete):
        with pytest.raises(Missing):
            attempt(key)
    assert list(tmp_path.rglob("*")) == []


def test_another_store_stops_the_start(inside: Flask, settings: Settings, app_with: Callable[..., Flask]) -> None:
    assert store() == Folder(Path(settings.media_url))
    with pytest.raises(WrongSetting, match="MEDIA_URL"):
        app_with(media_url="ftp://bucket")


# --- pictures --------------------------------------------------------------------------------------------------------


def drawn(width: int = 800, height: int = 600, mode: str = "RGB") -> Image.Image:
    """A picture with something in it: brighter to the right, red at the top left corner."""
    image = Image.linear_gradient("L").rotate(90).resize((width, height)).convert(mode)
    image.paste(Image.new("RGB", (width // 4, height // 4), (200, 30, 30)).convert(mode), (0, 0))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def take(content: bytes) -> Picture:
    return take_picture(io.BytesIO(content))


def rendition(picture: Picture, size: int) -> Image.Image:
    return Image.open(io.BytesIO(store().get(picture_key(picture.sha256, size))))


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Picture)) or 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_in_all_sizes(inside: Flask, kind: str) -> None:
    picture = take(encoded(drawn(1600, 1200), kind))
    assert (picture.width, picture.height) == (1600, 1200)
    sizes = {size: rendition(picture, size).size for size in SIZES}
    assert sizes == {160: (160, 120), 320: (320, 240), 640: (640, 480), 1280: (1280, 960), 2400: (1600, 1200)}
    largest = store().get(picture_key(picture.sha256, 2400))
    assert (digest(largest), len(largest)) == (picture.sha256, picture.bytes)
    assert rendition(picture, 320).format == "WEBP"


def test_a_large_picture_is_capped(inside: Flask) -> None:
    picture = take(encoded(drawn(5000, 2500)))
    assert (picture.width, picture.height) == (2400, 1200)


def test_a_small_picture_is_not_enlarged(inside: Flask) -> None:
    picture = take(encoded(drawn(100, 80), "PNG"))
    assert {rendition(picture, size).size for size in SIZES} == {(100, 80)}


def test_the_same_picture_twice_is_one(inside: Flask) -> None:
    content = encoded(drawn())
    assert take(content).id == take(content).id
    assert count() == 1


def test_racers_with_the_same_picture_share_it(inside: Flask, race: Callable[..., list[Any]]) -> None:
    content = encoded(drawn(400, 300))
    assert len(set(race(4, lambda _i: take(content).sha256))) == 1
    assert count() == 1


def test_nothing_of_where_and_with_what_it_was_taken_stays(inside: Flask) -> None:
    image = drawn()
    exif = image.getexif()
    exif[0x010F] = "Camera of Lan"
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    jpeg = encoded(image, exif=exif, icc_profile=profile, comment=b"written by Lan") + b"PK\x03\x04 hidden archive"
    note = PngInfo()
    note.add_text("Author", "written by Lan")
    for content in (jpeg, encoded(image, "PNG", pnginfo=note, exif=exif)):
        picture = take(content)
        for size in SIZES:
            kept = store().get(picture_key(picture.sha256, size))
            assert not any(word in kept for word in (b"Lan", b"EXIF", b"ICCP", b"XMP ", b"hidden archive"))
            assert dict(rendition(picture, size).getexif()) == {}


def test_a_picture_is_turned_upright(inside: Flask) -> None:
    image = drawn(800, 600)
    exif = image.getexif()
    exif[0x0112] = 6
    picture = take(encoded(image, exif=exif))
    assert (picture.width, picture.height) == (600, 800)
    corner = rendition(picture, 640).convert("RGB").crop((460, 5, 470, 15)).resize((1, 1)).tobytes()
    assert corner[0] > 150 > 90 > corner[1]


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "LA", "I;16"])
def test_every_kind_of_colour_is_read(inside: Flask, mode: str) -> None:
    image = drawn().convert("RGB") if mode == "I;16" else drawn(mode="RGB").convert(mode)
    content = encoded(Image.new("I;16", (80, 60), 30_000), "PNG") if mode == "I;16" else encoded(
        image, "JPEG" if mode == "CMYK" else "PNG"
    )  # fmt: skip
    assert rendition(take(content), 160).mode in {"RGB", "RGBA"}


def test_what_is_transparent_stays_so(inside: Flask) -> None:
    image = drawn(mode="RGBA")
    image.putalpha(0)
    assert rendition(take(encoded(image, "PNG")), 160).getchannel("A").getextrema() == (0, 0)


def test_of_a_moving_picture_the_first_is_kept(inside: Flask) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    picture = take(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    assert getattr(rendition(picture, 160), "n_frames", 1) == 1


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that claims a size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


PHOTO = encoded(drawn())
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "nothing": (b"", "The file is empty"),
    "too large": (PHOTO + b"\0" * (10 * 1024 * 1024), "larger than 10 MB"),
    "a bomb": (png_of(50_000, 50_000), "more than 40 million pixels"),
    "a smaller bomb": (png_of(8_000, 8_000), "more than 40 million pixels"),
    "cut off": (PHOTO[: len(PHOTO) // 2], "damaged or cut off"),
    "cut off early": (PHOTO[:200], "damaged or cut off"),
    "without pixels": (png_of(100, 100), "damaged or cut off"),
    "svg": (SVG, "SVG drawings"),
    "svg alone": (b"  <svg/>", "SVG drawings"),
    "html": (b"\xef\xbb\xbf<!DOCTYPE html><script>alert(1)</script>", "a web page"),
    "gif": (encoded(drawn(40, 30), "GIF"), "GIF pictures"),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC and AVIF"),
    "bmp": (encoded(drawn(40, 30), "BMP"), "not a picture that we can read"),
    "tiff": (encoded(drawn(40, 30), "TIFF"), "not a picture that we can read"),
    "pdf": (b"%PDF-1.7\n", "not a picture that we can read"),
    "zip": (b"PK\x03\x04", "not a picture that we can read"),
    "text": ("Bánh đậu xanh".encode(), "not a picture that we can read"),
    "zeros": (b"\0" * 4096, "not a picture that we can read"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_a_good_picture_is_refused_with_its_sentence(inside: Flask, settings: Settings, what: str) -> None:
    content, sentence = REFUSED[what]
    before = sorted(Path(settings.media_url).rglob("*"))
    with i18n.speaking("en"), pytest.raises(Refused, match=sentence):
        take(content)
    assert (count(), sorted(Path(settings.media_url).rglob("*"))) == (0, before)


def test_every_refusal_is_said_in_vietnamese(inside: Flask) -> None:
    for content, sentence in REFUSED.values():
        with pytest.raises(Refused) as refused:
            take(content)
        with i18n.speaking("vi"):
            assert sentence not in str(refused.value.sentence)


@given(st.integers(0, 4000), st.binary(min_size=1, max_size=8))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_a_picture_or_a_refusal(inside: Flask, at: int, damage: bytes) -> None:
    small = encoded(drawn(64, 48), "PNG" if at % 2 else "JPEG")
    at %= len(small)
    with suppress(Refused):
        take(small[:at] + damage + small[at + len(damage) :])


def test_a_picture_is_taken_before_the_act(inside: Flask) -> None:
    with pytest.raises(RuntimeError, match="does not nest"), writing():
        take(PHOTO)


# --- /media ----------------------------------------------------------------------------------------------------------


def test_a_picture_is_served_for_ever(inside: Flask, client: Client) -> None:
    picture = take(PHOTO)
    with inside.test_request_context():
        address = picture_url(picture.sha256, 320)
    assert address == f"/media/{picture.sha256}/320.webp"
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.data == store().get(picture_key(picture.sha256, 320))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


ELSEWHERE = [
    *("{sha}", "{sha}/321.webp", "{sha}/0320.webp", "{sha}/320.png", "{sha}/file.pdf", "{sha}%00/320.webp"),
    *("{other}/320.webp", "{upper}/320.webp", "x/320.webp", "../{sha}/320.webp", "{sha}/../../../config.py"),
    *("%2e%2e/%2e%2e/config.py", "{sha}/..%2f320.webp"),
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_any_other_address_is_not_there(inside: Flask, client: Client, path: str) -> None:
    sha256 = take(PHOTO).sha256
    answer = client.get("/media/" + path.format(sha=sha256, other="0" * 64, upper=sha256.upper()))
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")
