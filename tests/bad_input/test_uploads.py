"""Every place that takes a picture: what is none is refused with a sentence, what is one loses all but its pixels."""

from __future__ import annotations

import io
import re
import struct
import zlib

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from marketplace.core.files import SIZES
from tests.access.things import jpeg
from tests.access.world import World
from tests.bad_input.answers import assert_fine, assert_said
from tests.bad_input.routes import Request, working
from tests.bad_input.writes import recorded

PLACES = ["POST storefronts.add_photo", "POST storefronts.add_shop_photo"]
MEGABYTE = 1024 * 1024


def encoded(kind: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 120, 40)).save(content, kind)
    return content.getvalue()


def bomb(side: int = 40_000) -> bytes:
    """A PNG of a few bytes that says it is 1,6 billion pixels large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


BAD = {
    "nothing": b"",
    "text": b"banh dau xanh",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "php": b"\xff\xd8\xff<?php system($_GET[0]); ?>",
    "gif": encoded("GIF"),
    "bmp": encoded("BMP"),
    "tiff": encoded("TIFF"),
    "cut-off": jpeg(900, 700)[:2_000],
    "head-of-a-jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "head-of-a-png": b"\x89PNG\r\n\x1a\n",
    "bomb": bomb(),
    "zip": b"PK\x03\x04" + b"\x00" * 64,
    "noise": bytes(range(256)) * 40,
}
NAMES = ["banh.jpg", "../../etc/passwd", "a\x00.jpg", "bánh đậu xanh.JPG.exe", "a" * 300 + ".jpg", "<script>.jpg"]


def send(world: World, asked: Request, content: bytes, name: str = "banh.jpg") -> TestResponse:
    return world.client(asked.role).post(asked.address, data={**asked.form, "photo": (io.BytesIO(content), name)})


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_picture_is_refused_in_words(world: World, place: str, kind: str) -> None:
    asked = working(world, place)
    with recorded() as written:
        answer = send(world, asked, BAD[kind])
    assert answer.status_code == 422
    assert_fine(answer, f"{place}: {kind}")
    assert_said(answer, f"{place}: {kind}")
    assert written == []


@pytest.mark.parametrize("place", PLACES)
def test_twenty_megabytes_are_too_much(world: World, place: str) -> None:
    asked = working(world, place)
    with recorded() as written:
        answer = send(world, asked, b"\xff\xd8\xff" + b"\x00" * (20 * MEGABYTE))
    assert answer.status_code == 413
    assert written == []


@pytest.mark.parametrize("place", PLACES)
def test_a_little_more_than_ten_megabytes_is_refused_in_words(world: World, place: str) -> None:
    asked = working(world, place)
    answer = send(world, asked, jpeg() + b"\x00" * (10 * MEGABYTE))
    assert answer.status_code == 422
    assert_said(answer, place)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_means_nothing(world: World, name: str) -> None:
    answer = send(world, working(world, PLACES[0]), jpeg(), name)
    assert answer.status_code == 303


def test_several_files_are_no_break(world: World) -> None:
    asked = working(world, PLACES[0])
    files = [(io.BytesIO(jpeg(50 + i)), f"{i}.jpg") for i in range(3)]
    answer = world.client(asked.role).post(asked.address, data={**asked.form, "photo": files})
    assert_fine(answer, "three files")


def with_position() -> bytes:
    """A photo that tells where and with which telephone it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Telephone of Mrs Huong"
    exif.get_ifd(0x8825).update({1: "N", 2: (20.0, 56.0, 12.0), 3: "E", 4: (106.0, 18.0, 30.0)})
    content = io.BytesIO()
    Image.new("RGB", (1500, 900), (120, 40, 10)).save(content, "JPEG", exif=exif, comment=b"Mrs Huong")
    return content.getvalue()


def test_a_photo_does_not_tell_where_it_was_taken(world: World) -> None:
    photo = with_position()
    assert b"Telephone of Mrs Huong" in photo
    asked = working(world, PLACES[0])
    client = world.client(asked.role)
    shown = client.post(
        asked.address, data={**asked.form, "photo": (io.BytesIO(photo), "a.jpg")}, follow_redirects=True
    )
    (sha256,) = set(re.findall(r"/media/([0-9a-f]{64})/", shown.text))
    for size in SIZES:
        kept = client.get(f"/media/{sha256}/{size}.webp").data
        assert not Image.open(io.BytesIO(kept)).getexif()
        assert b"Huong" not in kept
