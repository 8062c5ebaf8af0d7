"""The text of a transfer's code and its picture, against verified strings, another encoder and a decoder."""

from __future__ import annotations

import io
import string
from random import Random

import pytest
import zxingcpp
from crccheck.crc import Crc16Ibm3740
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from vietnam_qr_pay import QRPay
from vietnam_qr_pay.constants.banks import BanksObject, VietQRStatus

from marketplace.payments.providers import vietqr
from marketplace.payments.queries import bank_named, receiving_banks

STATIC = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F"
NAPAS = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang63042E2E"
)
DYNAMIC = (
    "00020101021238570010A00000072701270006970436011300110123456780208QRIBFTTA5303704540712500005802VN"
    "62210817OCOP DH20260001236304366D"
)
LONGEST = {"bank_bin": "970436", "account": "9" * 19, "amount_vnd": 10**13 - 1, "note": "N" * 25, "bill": "B" * 25}

bins = st.sampled_from([bank.bin for bank in receiving_banks()])
accounts = st.text(string.digits + string.ascii_uppercase, min_size=1, max_size=19)
amounts = st.integers(1, 10**13 - 1)
notes = st.text(string.ascii_letters + string.digits + " ", max_size=25)


def test_verified_codes_are_made_byte_for_byte() -> None:
    account = "0011012345678"
    assert vietqr.payload(bank_bin="970403", account=account) == STATIC
    note = "thanh toan don hang"
    assert vietqr.payload(bank_bin="970403", account=account, amount_vnd=180_000, note=note, bill="NPS6869") == NAPAS
    ours = vietqr.payload(bank_bin="970436", account=account, amount_vnd=1_250_000, note="OCOP DH2026000123")
    assert ours == DYNAMIC


@given(bins, accounts, st.none() | amounts, notes)
def test_another_encoder_says_the_same(bank_bin: str, account: str, amount: int | None, note: str) -> None:
    text = vietqr.payload(bank_bin=bank_bin, account=account, amount_vnd=amount, note=note)
    other = QRPay.init_viet_qr(bank_bin, account, str(amount) if amount else None, note or None)
    assert text == other.build()
    read = QRPay(text)
    assert (read.is_valid, read.consumer.bank_bin, read.consumer.bank_number) == (True, bank_bin, account)


@given(bins, accounts, amounts, notes, notes)
def test_every_code_ends_with_its_checksum(bin_: str, account: str, amount: int, note: str, bill: str) -> None:
    text = vietqr.payload(bank_bin=bin_, account=account, amount_vnd=amount, note=note, bill=bill)
    assert text[:6] == "000201"
    assert text[-4:] == f"{Crc16Ibm3740.calc(text[:-4].encode()):04X}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"bank_bin": "97043"},
        {"bank_bin": "97043a"},
        {"bank_bin": "９７０４３６"},
        {"account": ""},
        {"account": "1" * 20},
        {"account": "0011-01"},
        {"account": "tài khoản"},
        {"amount_vnd": 0},
        {"amount_vnd": -1},
        {"amount_vnd": 10**13},
        {"note": "đơn hàng"},
        {"note": "a" * 26},
        {"note": "two\nlines"},
        {"bill": "b" * 26},
        {"bill": "\x00"},
    ],
    ids=str,
)
def test_what_a_code_cannot_carry_is_refused(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"bank_bin": "970436", "account": "0011012345678", "amount_vnd": 1000, "note": "OCOP"}
    with pytest.raises(ValueError):
        vietqr.payload(**{**right, **wrong})  # type: ignore[arg-type]


# --- the picture -----------------------------------------------------------------------------------------------------


def decoded(picture: Image.Image) -> str:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert len(found) == 1
    return str(found[0].text)


@settings(max_examples=60, deadline=None)
@given(bins, accounts, amounts, notes)
def test_the_picture_is_read_back(bank_bin: str, account: str, amount: int, note: str) -> None:
    text = vietqr.payload(bank_bin=bank_bin, account=account, amount_vnd=amount, note=note)
    assert decoded(Image.open(io.BytesIO(vietqr.picture_png(text)))) == text


def test_the_longest_code_is_read_back() -> None:
    text = vietqr.payload(**LONGEST)  # type: ignore[arg-type]
    assert decoded(Image.open(io.BytesIO(vietqr.picture_png(text)))) == text


def drawn(svg: str) -> Image.Image:
    """The one path of the picture drawn as a bitmap: horizontal strokes of one module, "M x y h n m dx dy h n …"."""
    import re

    scale = 4
    size = int(re.search(r'width="(\d+)"', svg)[1]) // 8  # type: ignore[index]
    image = Image.new("L", (size * scale, size * scale), 255)
    pen, x, y = ImageDraw.Draw(image), 0.0, 0.0
    path = re.findall(r'\sd="([^"]*)"', svg)[-1]
    for act, first, second in re.findall(r"([Mmh])\s*(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", path):
        if act == "h":
            pen.rectangle((x * scale, (y - 0.5) * scale, (x + float(first)) * scale - 1, (y + 0.5) * scale - 1), 0)
            x += float(first)
        else:
            x, y = (0.0, 0.0) if act == "M" else (x, y)
            x, y = x + float(first), y + float(second)
    return image


def test_the_scalable_picture_is_read_back() -> None:
    dice = Random(22)
    for _ in range(20):
        account = "".join(dice.choices(string.digits, k=dice.randint(6, 19)))
        text = vietqr.payload(bank_bin="970436", account=account, amount_vnd=dice.randint(1, 10**12), note="OCOP DH1")
        svg = vietqr.picture_svg(text).decode()
        assert "<script" not in svg
        assert "style=" not in svg
        assert decoded(drawn(svg)) == text


# --- banks -----------------------------------------------------------------------------------------------------------


def test_banks_agree_with_another_list() -> None:
    known = {bank.code.value: bank for bank in BanksObject.values()}
    ours = {bank.code: bank for bank in receiving_banks()}
    both = known.keys() & ours.keys()
    assert len(both) >= 50
    assert {code: ours[code].bin for code in both} == {code: known[code].bin for code in both}
    assert [code for code in both if known[code].viet_qr_status is VietQRStatus.NOT_SUPPORTED] == []


def test_every_bank_has_one_entry_that_a_code_can_carry() -> None:
    banks = receiving_banks()
    assert len({bank.bin for bank in banks}) == len(banks) >= 55
    for bank in banks:
        assert bank_named(bank.bin) == bank
        assert vietqr.payload(bank_bin=bank.bin, account="1")


@pytest.mark.parametrize(
    ("code", "name"),
    [("970436", "Vietcombank"), ("970405", "Agribank"), ("970449", "LPBank"), ("970406", "Vikki Bank")],
)
def test_a_shared_number_shows_the_name_of_today(code: str, name: str) -> None:
    found = bank_named(code)
    assert found is not None
    assert found.short_name == name


def test_an_unknown_number_is_no_bank() -> None:
    assert (bank_named("000000"), bank_named(None)) == (None, None)
