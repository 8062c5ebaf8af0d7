"""A bank's statement against open payments: read in any usual form, matched with care, settled once."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select

from marketplace.core import clock, i18n
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from marketplace.core.sheets import read_rows
from marketplace.payments.models import BankStatement
from marketplace.payments.queries import ledger_faults
from marketplace.payments.services.bank_lines import amount_of, transfers
from marketplace.payments.states import Match, PaymentState
from tests.clients import Client
from tests.payments.market import Market, a_market, cancel, confirm, payment_of, placed, refunds_of, snapshot

ClientOf = Callable[[object], Client]
Lines = list[tuple[str, str]]


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield a_market(stock=1000)


def key(ref: str) -> str:
    return ref.replace("-", "")


def rows_of(lines: Lines) -> list[list[str]]:
    today = f"{clock.today():%d/%m/%Y}"
    head = [
        ["NGÂN HÀNG ABC"],
        ["Số tài khoản", "0011"],
        ["Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Diễn giải"],
    ]
    return [*head, *([today, f"FT{i}", "", amount, words] for i, (words, amount) in enumerate(lines))]


def csv_of(lines: Lines, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows_of(lines))
    return out.getvalue().encode(encoding)


def xlsx_of(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(client: Client, content: bytes, name: str = "sao-ke.csv") -> Any:
    data = {"statement": (io.BytesIO(content), name)}
    return client.post("/desk/money/bank-statement", data=data, content_type="multipart/form-data")


def latest() -> BankStatement:
    db.session.rollback()
    return db.session.scalars(select(BankStatement).order_by(BankStatement.id.desc())).first()  # type: ignore[return-value]


def kinds() -> list[Match]:
    return [line.kind for line in latest().lines]


def settle(client: Client, *kinds: Match) -> Any:
    lines = [str(line.id) for line in latest().lines if not kinds or line.kind in kinds]
    return client.post(f"/desk/money/bank-statement/{latest().ref}", data={"line": lines})


# --- what fits -------------------------------------------------------------------------------------------------------


def test_exact_transfers_are_ticked_and_settled(market: Market, client_of: ClientOf) -> None:
    first, second = placed(market), placed(market)
    client = client_of(market.manager)
    noisy = f"MBVCB.123.ocop {key(first).lower()[:6]} {key(first)[6:]}.CT tu 0011 toi"
    assert (
        send(
            client, csv_of([(noisy, "100.000"), (f"OCOP {key(second)}", "100,000.00"), ("Luong", "9.000.000")])
        ).status_code
        == 303
    )
    assert kinds() == [Match.EXACT, Match.EXACT]
    assert client.get(f"/desk/money/bank-statement/{latest().ref}").text.count(" checked") == 2
    assert settle(client).status_code == 303
    assert [payment_of(ref).state for ref in (first, second)] == [PaymentState.RECEIVED] * 2
    assert ledger_faults() == []


def test_the_same_file_twice_changes_nothing(market: Market, client_of: ClientOf) -> None:
    ref, client = placed(market), client_of(market.manager)
    content = csv_of([(f"OCOP {key(ref)}", "100.000")])
    send(client, content)
    settle(client)
    before = snapshot()[2:6]
    send(client, content)
    assert (kinds(), latest().settled_count) == ([], 1)
    settle(client)
    assert snapshot()[2:6] == before


def test_the_same_lines_confirmed_twice_are_settled_once(market: Market, client_of: ClientOf) -> None:
    ref, client = placed(market), client_of(market.manager)
    for _ in range(2):
        send(client, csv_of([(f"OCOP {key(ref)}", "100.000")]))
    refs = db.session.scalars(select(BankStatement.ref)).all()
    for statement in refs:
        line = db.session.scalars(select(BankStatement).where(BankStatement.ref == statement)).one().lines[0].id
        client.post(f"/desk/money/bank-statement/{statement}", data={"line": [str(line)]})
    assert [line.outcome for one in db.session.scalars(select(BankStatement)) for line in one.lines] == [
        "received",
        "repeated",
    ]
    assert payment_of(ref).received_vnd == 100_000
    assert ledger_faults() == []


def test_a_transfer_told_by_two_kinds_of_files_is_one(market: Market, client_of: ClientOf) -> None:
    ref, client = placed(market), client_of(market.manager)
    words, today = f"OCOP {key(ref)}", clock.today()
    heads = ["Ngày giao dịch", "Số tham chiếu", "Ghi có", "Nội dung"]
    send(client, xlsx_of([heads, [today, "FT1", 100_000, words]]), "sao-ke.xlsx")
    send(client, xlsx_of([[heads[0], *heads[2:]], [today, 100_000, f"{words} GD 77"]]), "sao-ke-2.xlsx")
    statements = db.session.scalars(select(BankStatement).order_by(BankStatement.id)).all()
    for statement, line in [(one.ref, one.lines[0].id) for one in statements]:
        client.post(f"/desk/money/bank-statement/{statement}", data={"line": [str(line)]})
    db.session.rollback()
    assert [one.lines[0].outcome for one in statements] == ["received", "repeated"]
    assert (payment_of(ref).received_vnd, refunds_of(ref), ledger_faults()) == (100_000, [], [])


def test_near_ones_are_shown_and_never_ticked(market: Market, client_of: ClientOf) -> None:
    refs = [placed(market, quantity=number) for number in (1, 2, 3, 4)]
    client = client_of(market.manager)
    wrong = key(refs[1])[:-1] + "X"
    lines = [
        (f"OCOP {key(refs[0])}", "90.000"),
        (f"OCOP {wrong}", "200.000"),
        ("chuyen tien banh", "300.000"),
        (f"OCOP {key(refs[3])[:5]}{key(refs[3])[6:]}", "400.000"),
    ]
    send(client, csv_of(lines))
    assert kinds() == [Match.AMOUNT, Match.REFERENCE, Match.UNNAMED, Match.REFERENCE]
    assert " checked" not in client.get(f"/desk/money/bank-statement/{latest().ref}").text
    before = snapshot()[2:6]
    assert client.post(f"/desk/money/bank-statement/{latest().ref}").status_code == 422
    assert snapshot()[2:6] == before
    settle(client)
    states = [payment_of(ref).state for ref in refs]
    assert states == [PaymentState.REVIEW, *[PaymentState.RECEIVED] * 3]


def test_a_transfer_made_twice_and_one_for_an_ended_order(market: Market, client_of: ClientOf) -> None:
    ref, ended, confirmed = placed(market), placed(market), placed(market)
    cancel(market, ended)
    confirm(market, confirmed)
    client = client_of(market.manager)
    send(client, csv_of([(key(one), "100.000") for one in (ref, ref, ended, confirmed)]))
    assert (kinds(), latest().settled_count) == ([Match.EXACT, Match.AGAIN, Match.ENDED], 1)
    settle(client)
    assert [line.outcome for line in latest().lines] == ["received", "surplus", "refund"]
    assert ledger_faults() == []


def test_a_statement_is_its_sellers_alone(market: Market, client_of: ClientOf) -> None:
    other = a_market()
    ref = placed(other)
    send(client_of(market.manager), csv_of([(key(ref), "100.000")]))
    assert kinds() == []
    assert client_of(other.manager).get(f"/desk/money/bank-statement/{latest().ref}").status_code == 404
    assert client_of(other.manager).post(f"/desk/money/bank-statement/{latest().ref}").status_code == 404


# --- how files are written -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    text = csv_of([("OCOP DH2026000123 tiền bánh", "1.250.000")], delimiter=delimiter).decode("utf-8-sig")
    if encoding == "cp1258":
        text = _for_cp1258(text)
    (found,) = transfers(read_rows(text.encode(encoding), most=100))
    assert (found.amount_vnd, found.on, found.words) == (
        1_250_000,
        clock.today(),
        unicodedata.normalize("NFC", found.words),
    )
    assert "tiền bánh" in found.words


def _for_cp1258(text: str) -> str:
    """As Windows wrote it: a letter with its hat, then its tone."""
    out = ""
    for sign in unicodedata.normalize("NFC", text):
        try:
            sign.encode("cp1258")
            out += sign
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", sign)
            tone = next((one for one in parts[1:] if one in "\u0300\u0301\u0303\u0309\u0323"), "")
            out += unicodedata.normalize("NFC", "".join(one for one in parts if one != tone)) + tone
    return out


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.250.000", 1_250_000), ("1,250,000", 1_250_000), ("1,250,000.00", 1_250_000),
        ("1.250.000,00 VND", 1_250_000),
        ("+50 000", 50_000), ("-50,000", -50_000), ("(50,000)", -50_000), ("65000đ", 65_000), (1250000, 1_250_000),
        (1250000.0, 1_250_000), (12.5, None), ("12.5", None), ("abc", None), ("", None), (None, None), (True, None),
        ("1,5", None), ("9" * 40, None), ("٣٠٠", None),
    ],
)  # fmt: skip
def test_amounts(text: Any, amount: int | None) -> None:
    assert amount_of(text) == amount


def test_one_column_of_amounts_with_signs() -> None:
    rows = [["Date", "Amount", "Description"], ["2026-11-22", "-5,000", "fee"], ["2026-11-22", "+65,000", "in"]]
    (found,) = transfers(rows)
    assert (found.amount_vnd, found.on, found.words) == (65_000, date(2026, 11, 22), "in")


def test_excel_numbers_and_days_count_and_formulas_do_not() -> None:
    rows: list[list[Any]] = [["Ngày", "Ghi có", "Nội dung"], [datetime(2026, 11, 22), 65000, "a"], [None, "=1+99", "b"]]
    (found,) = transfers(read_rows(xlsx_of(rows), most=100))
    assert (found.amount_vnd, found.on) == (65_000, date(2026, 11, 22))


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (90 * 1024 * 1024))
    return out.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no table": lambda: b"a,b\n1,2\n",
    "binary": lambda: bytes(range(256)) * 20,
    "broken xlsx": lambda: b"PK\x03\x04" + b"x" * 500,
    "bomb": bomb,
    "old excel": lambda: b"\xd0\xcf\x11\xe0" + b"x" * 500,
    "pdf": lambda: b"%PDF-1.7 ...",
    "50,000 rows": lambda: csv_of([("OCOP", "1.000")] * 50_000),
    "6 MB": lambda: b"x" * (6 * 1024 * 1024),
    "one endless cell": lambda: b'Ghi co,Noi dung\n"' + b"x" * 400_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_is_said_at_the_field(market: Market, client_of: ClientOf, name: str) -> None:
    answer = send(client_of(market.manager), HOSTILE[name]())
    assert answer.status_code == 422
    assert 'id="statement-error"' in answer.text
    assert latest() is None


def test_rows_are_bounded() -> None:
    with pytest.raises(Refused):
        read_rows(b"a,b\n" * 11, most=10)
    assert len(read_rows(b"a,b\n" * 10, most=10)) == 10


def test_lines_that_are_none_of_the_statement_are_not_settled(market: Market, client_of: ClientOf) -> None:
    placed(market)
    client = client_of(market.manager)
    send(client, csv_of([("x", "100.000")]))
    for lines in (["999999999"], ["-1"], ["a"], ["9" * 300], ["１"], []):
        assert client.post(f"/desk/money/bank-statement/{latest().ref}", data={"line": lines}).status_code in {303, 422}
    assert [line.outcome for line in latest().lines] == [""]
