"""The columns of a spreadsheet of goods: how they are called, what they mean, how a cell of each is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.money import parse_vnd
from marketplace.core.refusals import Refused
from marketplace.core.text import clean, fold
from marketplace.core.weights import parse_grams

LEAST_PRICE, MOST_PRICE = 1_000, 999_000_000
HEAVIEST = 2_000_000
MOST_PACKS = 1_000_000
LONGEST = 8_000
TIERS = (1, 2, 3)

Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heads (the first is written, folded ones are read too), what it means, how a cell is read."""

    key: str
    head: str
    also: Sequence[str]
    meaning: Any
    read: Reader
    width: int = 14


def plain(value: Any) -> str:
    """A cell as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return str(value)


def _text(most: int, *, lines: bool = False) -> Reader:
    def read(value: Any) -> str:
        text = clean(re.sub(r"^'(?=[=+\-@])", "", plain(value)), lines=lines)
        if "\ufffd" in text:
            raise Refused(_("Some letters could not be read. Please save the file as UTF-8 or .xlsx."))
        if len(text) > most:
            raise Refused(_("At most %(most)s characters, please.", most=most))
        return text

    return read


def _sum(least: int) -> Reader:
    def read(value: Any) -> int:
        amount = int(value) if isinstance(value, int | float) and value == int(value) else parse_vnd(plain(value)[:40])
        if amount is None or (amount and not least <= amount <= MOST_PRICE):
            raise Refused(_("“%(typed)s” is no price in đồng, such as 65.000.", typed=plain(value)[:40]))
        return amount

    return read


def _price(value: Any) -> int:
    amount: int = _sum(LEAST_PRICE)(value)
    if not amount:
        raise Refused(_("“%(typed)s” is no price in đồng, such as 65.000.", typed=plain(value)[:40]))
    return amount


def _number(least: int, most: int) -> Reader:
    def read(value: Any) -> int:
        digits = re.sub(r"[\s.\u00a0]", "", plain(value)[:20]) if isinstance(value, str) else plain(value)[:20]
        if not re.fullmatch(r"\d{1,9}", digits) or not least <= int(digits) <= most:
            sentence = _(
                "“%(typed)s” is no whole number from %(least)s to %(most)s.",
                typed=plain(value)[:40],
                least=least,
                most=most,
            )
            raise Refused(sentence)
        return int(digits)

    return read


def _weight(value: Any) -> int:
    grams = parse_grams(plain(value)[:40])
    if grams is None or grams > HEAVIEST:
        raise Refused(_("“%(typed)s” is no weight, such as 500 g or 1,5 kg.", typed=plain(value)[:40]))
    return grams


_PACKS = _number(0, MOST_PACKS)

COLUMNS: tuple[Column, ...] = (
    Column(
        "sku",
        "Mã hàng",
        ("sku", "ma hang sku"),
        _l("The marketplace's own code. Leave it as it is; leave it empty for something new."),
        _text(20),
        14,
    ),
    Column(
        "seller_code",
        "Mã của bạn",
        ("ma noi bo", "ma san pham", "your code", "code"),
        _l("Your own code for the pack, if you have one. No two packs have the same."),
        _text(40),
        14,
    ),
    Column(
        "name",
        "Tên sản phẩm",
        ("ten", "ten hang", "san pham", "name", "product"),
        _l("The product's name. Rows with the same name are packs of one product."),
        _text(160),
        34,
    ),
    Column(
        "set",
        "Bộ sản phẩm",
        ("bo", "nhom", "nhom san pham", "product set", "set"),
        _l("Number or name of one of the 26 product sets. Only needed for something new."),
        _text(160),
        22,
    ),
    Column(
        "origin",
        "Xuất xứ",
        ("tinh", "tinh thanh", "noi san xuat", "origin", "province"),
        _l("The province where it comes from. Only needed for something new."),
        _text(60),
        16,
    ),
    Column("place", "Địa danh", ("xa phuong", "xa", "place"), _l("Commune or village, if you like."), _text(120), 18),
    Column("unit", "Đơn vị tính", ("don vi", "dvt", "unit"), _l("How it is counted: hộp, túi, kg."), _text(20), 10),
    Column(
        "summary",
        "Giới thiệu một câu",
        ("gioi thieu", "mo ta", "mo ta ngan", "summary"),
        _l("One sentence under the name, at most 200 characters."),
        _text(200),
        34,
    ),
    Column(
        "story",
        "Câu chuyện",
        ("cau chuyen san pham", "story"),
        _l("Who makes it, how, and why here."),
        _text(LONGEST, lines=True),
        34,
    ),
    Column(
        "pack",
        "Quy cách",
        ("dong goi", "quy cach dong goi", "pack", "size"),
        _l("One pack: hộp 300 g. Each pack has a row of its own."),
        _text(80),
        18,
    ),
    Column(
        "price",
        "Giá bán",
        ("gia", "gia ban le", "don gia", "price"),
        _l("For one pack in đồng, with VAT: 65.000 or 65k."),
        _price,
        12,
    ),
    *(
        column
        for n in TIERS
        for column in (
            Column(
                f"from_{n}",
                f"Sỉ {n} từ",
                (f"si tu {n}", f"so luong si {n}", f"from {n}"),
                _l("From how many packs on the wholesale price counts; 0 takes it away."),
                _PACKS,
                9,
            ),
            Column(
                f"tier_{n}",
                f"Giá sỉ {n}",
                (f"si {n}", f"tier {n}"),
                _l("The price of each pack from that quantity on; lower than the one before."),
                _sum(LEAST_PRICE),
                12,
            ),
        )
    ),
    Column(
        "net_grams",
        "Khối lượng tịnh",
        ("trong luong", "khoi luong", "trong luong tinh", "net weight"),
        _l("Without packing: 300 g or 1,5 kg; a number alone means grams."),
        _weight,
        14,
    ),
    Column(
        "gross_grams",
        "Khối lượng cả bao bì",
        ("ca bao bi", "trong luong ca bao bi", "gross weight"),
        _l("With packing; delivery is counted by it."),
        _weight,
        14,
    ),
    Column(
        "minimum",
        "Mua ít nhất",
        ("toi thieu", "mua toi thieu", "so luong toi thieu", "minimum"),
        _l("The least quantity of an order; 1 if any."),
        _number(1, 100_000),
        10,
    ),
    Column(
        "multiple",
        "Bước mua",
        ("boi so", "mua theo boi so", "multiple"),
        _l("Sold in steps of so many; 1 if one by one."),
        _number(1, 100_000),
        10,
    ),
    Column(
        "stock",
        "Tồn kho",
        ("so luong", "so luong ton", "ton", "stock", "quantity"),
        _l("How many packs are there now. It is corrected to this number."),
        _PACKS,
        10,
    ),
    Column(
        "seen_stock",
        "Tồn kho lúc tải",
        ("ton luc tai", "ton kho luc tai tep", "stock seen"),
        _l("What the shelf said when this file was made. Leave it: it shows what was sold meanwhile."),
        _PACKS,
        12,
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}


def bare(head: Any) -> str:
    """A head without accents, brackets and marks."""
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", fold(plain(head)[:120]))
    return " ".join(re.findall(r"[a-z0-9]+", text))


_HEADS = {name: one.key for one in COLUMNS for name in (bare(one.head), one.key.replace("_", " "), *one.also)}


def known_head(head: Any) -> str | None:
    """The column that a head means."""
    return _HEADS.get(bare(head))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: its number there, and its cells by column."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Goods:
    """A file that was read: its lines, and the heads that mean nothing here."""

    lines: list[Line]
    unknown: list[str]


MOST_ABOVE = 15


def goods_in(rows: Sequence[tuple[int, Sequence[Any]]]) -> Goods:
    """The lines under the first row that looks like heads; refuses a file without any, or with one head twice."""
    for at, (_row_number, row) in enumerate(rows[:MOST_ABOVE]):
        heads = [known_head(cell) for cell in row]
        if len({head for head in heads if head}) >= 2:
            return _under(rows[at + 1 :], row, heads)
    raise Refused(_("No row with heads such as “Tên sản phẩm” and “Giá bán” was found in this file."))


def _under(rows: Sequence[tuple[int, Sequence[Any]]], head: Sequence[Any], keys: list[str | None]) -> Goods:
    named = [key for key in keys if key]
    for key in named:
        if named.count(key) > 1:
            raise Refused(_("Two columns are called “%(head)s”. Please leave one of them out.", head=BY_KEY[key].head))
    unknown = [plain(cell)[:60] for cell, key in zip(head, keys, strict=True) if key is None and plain(cell).strip()]
    lines = [Line(number, {key: cell for key, cell in zip(keys, row, strict=False) if key}) for number, row in rows]
    return Goods([line for line in lines if any(plain(cell).strip() for cell in line.cells.values())], unknown)


def read_cells(line: Line) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What the cells that are filled in mean, and a sentence for each that means nothing."""
    read: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for key, cell in line.cells.items():
        if plain(cell).strip():
            try:
                read[key] = BY_KEY[key].read(cell)
            except (Refused, ValueError, OverflowError) as error:
                faults.append((key, str(getattr(error, "sentence", None) or _("This cannot be read."))))
    return read, faults
