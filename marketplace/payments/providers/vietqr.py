"""VietQR: the text of a NAPAS transfer code (EMVCo TLV) and its picture.

Fields (NAPAS, after EMVCo "Merchant Presented Mode"): 00 version, 01 static or dynamic, 38 the account by bank BIN and
number, 53 currency 704 (VND), 54 whole đồng, 58 country, 62-08 what the transfer says, 63 CRC-16/CCITT-FALSE. Lengths
count bytes, so everything is ASCII.
"""

from __future__ import annotations

import binascii
import io

import segno

LONGEST_NOTE = 25


def payload(*, bank_bin: str, account: str, amount_vnd: int | None = None, note: str = "", bill: str = "") -> str:
    """The text of a code; without an amount it is a static one. Raises ValueError for what a code cannot carry."""
    if not (bank_bin.isascii() and bank_bin.isdecimal() and len(bank_bin) == 6):
        raise ValueError("a bank's BIN has six digits")
    if not (account.isascii() and account.isalnum() and 1 <= len(account) <= 19):
        raise ValueError("an account has 1 to 19 letters or digits")
    if amount_vnd is not None and not 0 < amount_vnd < 10**13:
        raise ValueError("an amount is above zero and has at most 13 digits")
    if not all(said.isascii() and said.isprintable() and len(said) <= LONGEST_NOTE for said in (note, bill)):
        raise ValueError("what a transfer says is one short line of ASCII")
    receiver = _field("00", bank_bin) + _field("01", account)
    transfer = _field("00", "A000000727") + _field("01", receiver) + _field("02", "QRIBFTTA")
    amount = "" if amount_vnd is None else _field("54", str(amount_vnd))
    said = (_field("01", bill) if bill else "") + (_field("08", note) if note else "")
    text = (
        _field("00", "01")
        + _field("01", "11" if amount_vnd is None else "12")
        + _field("38", transfer)
        + _field("53", "704")
        + amount
        + _field("58", "VN")
        + (_field("62", said) if said else "")
        + "6304"
    )
    return text + f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _field(name: str, value: str) -> str:
    return f"{name}{len(value):02d}{value}"


def picture_svg(text: str) -> bytes:
    """The code as a scalable picture, black on white with its quiet zone."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=False
    )
    return out.getvalue()


def picture_png(text: str) -> bytes:
    """The code as a picture that a phone can keep and a bank's app can open."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=12, border=4)
    return out.getvalue()
