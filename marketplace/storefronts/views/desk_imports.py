"""Goods in spreadsheets: downloaded, sent back, looked at row by row, written when the producer says so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core import clock
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import Refused
from marketplace.core.sheets import XLSX, Sheet, numbered_rows, workbook_of
from marketplace.storefronts import bp, queries, services
from marketplace.storefronts.forms import ImportForm
from marketplace.storefronts.policies import import_for, own_seller
from marketplace.storefronts.queries.columns import BY_KEY, COLUMNS, LONGEST, goods_in
from marketplace.storefronts.queries.sheets import Checked, Checker, goods_of, head_of
from marketplace.storefronts.states import ImportState, RowKind
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private, query_text

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
SHOWN = 50


def _own_seller() -> Organisation:
    return own_seller(actor(), Permission.GOODS_IMPORT)


@bp.get("/desk/import")
@needs_sign_in
def desk_imports() -> ResponseReturnValue:
    """Files to download, where one is sent, and those sent before."""
    seller = _own_seller()
    page = {"form": ImportForm.shown(), "sent": queries.imports_of(seller.id, most=10)}
    page |= {"most_rows": MOST_ROWS, "most_mb": MOST_BYTES // 1024**2, "columns": COLUMNS}
    return private(make_response(render_template("storefronts/desk_imports.html", **page)))


@bp.post("/desk/import")
@needs_sign_in
@answers(desk_imports)
def send_import() -> ResponseReturnValue:
    """Read a spreadsheet and compare it with what is there; nothing is written."""
    seller, form = _own_seller(), ImportForm.checked()
    try:
        rows, unknown = _read(seller, form.content(MOST_BYTES))
    except Refused as refusal:
        form.refuse("sheet", refusal.sentence)
    with writing():
        ref = services.stage(seller, rows, name=form.name, unknown=unknown, by=actor()).ref
    return redirect(url_for(".desk_import", ref=ref), code=303)


def _read(seller: Organisation, content: bytes) -> tuple[list[Checked], list[str]]:
    goods = goods_in(numbered_rows(content, most=MOST_ROWS, longest=LONGEST))
    if not goods.lines:
        raise Refused(_("This file has heads, but no row below them."))
    return Checker(seller.id).check(goods), goods.unknown


@bp.get("/desk/import/<ref>")
@needs_sign_in
def desk_import(ref: str) -> ResponseReturnValue:
    """What a file would change, row by row; or how far it is written."""
    sent = import_for(actor(), ref)
    kind = next((one for one in RowKind if one.value == query_text("kind", most=20)), None)
    page = page_of(queries.rows_of(sent, kind), per_page=SHOWN)
    shown = render_template(
        "storefronts/desk_import.html",
        sent=sent,
        tally=queries.tally_of(sent),
        page=page,
        kind=kind,
        kinds=list(RowKind),
        head_of=head_of,
        said=_said,
        is_running=sent.state is ImportState.RUNNING,
    )
    return private(make_response(shown))


def _said(key: str, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, int):
        number = f"{value:,}".replace(",", ".")
        unit = "₫" if key.startswith(("price", "tier_")) else "g" if key.endswith("_grams") else ""
        return f"{number}\u00a0{unit}".strip("\u00a0")
    return f"{value[:160]}…" if len(str(value)) > 160 else str(value)


@bp.post("/desk/import/<ref>/confirmation")
@needs_sign_in
@answers(desk_import)
def confirm_import(ref: str) -> ResponseReturnValue:
    """The worker begins to write."""
    sent, takes_moved = import_for(actor(), ref), request.form.get("moved") == "1"
    with writing():
        services.begin_import(sent, takes_moved_stock=takes_moved, by=actor())
    return redirect(url_for(".desk_import", ref=ref), code=303)


@bp.post("/desk/import/<ref>/removal")
@needs_sign_in
@answers(desk_import)
def discard_import(ref: str) -> ResponseReturnValue:
    """The file is thrown away unwritten."""
    sent = import_for(actor(), ref)
    with writing():
        services.discard_import(sent, by=actor())
    flash(_("The file is thrown away. Nothing has changed."), "success")
    return redirect(url_for(".desk_imports"), code=303)


# --- files to take home ----------------------------------------------------------------------------------------------


@bp.get("/desk/import/goods.xlsx")
@needs_sign_in
def goods_sheet() -> ResponseReturnValue:
    """Her goods as an Excel file, with a second sheet that explains each column."""
    seller = _own_seller()
    widths = [column.width for column in COLUMNS]
    goods = Sheet("Hàng hóa", (), [column.head for column in COLUMNS], _rows(seller), widths)
    words = [(column.head, str(column.meaning), ", ".join(column.also)) for column in COLUMNS]
    heads = [_("Column"), _("What it means"), _("Other heads that are understood")]
    explained = Sheet(_("Explanation"), (), heads, [*words, *_rules()], (24, 80, 50))
    return _file(workbook_of(goods, explained), f"{_name(seller)}.xlsx", XLSX)


def _rules() -> list[tuple[str, str, str]]:
    rules = (
        _("An empty cell leaves what is there as it is."),
        _("Columns may come in any order, and you may leave out those that you do not need."),
        _("New products begin as drafts: look at them, add photos, then put them on sale."),
        _("Nothing is written before you have seen and confirmed every change."),
    )
    return [("", "", ""), *(("", rule, "") for rule in rules)]


@bp.get("/desk/import/goods.csv")
@needs_sign_in
def goods_csv() -> ResponseReturnValue:
    """Her goods as a CSV file that Excel opens with its accents."""
    seller = _own_seller()
    return _csv([column.head for column in COLUMNS], _rows(seller), f"{_name(seller)}.csv")


def _rows(seller: Organisation) -> list[list[Any]]:
    return [[row[column.key] for column in COLUMNS] for row in goods_of(seller.id)]


@bp.get("/desk/import/<ref>/errors.csv")
@needs_sign_in
def import_errors(ref: str) -> ResponseReturnValue:
    """The rows that were wrong or left out as they came, with what is wrong; mended, they can be sent again."""
    sent = import_for(actor(), ref)
    rows = queries.outcome_rows(sent)
    keys = [column.key for column in COLUMNS if any(column.key in row.cells for row in rows)]
    heads = [BY_KEY[key].head for key in keys]
    told = [[row.number, _why(row), *(row.cells.get(key, "") for key in keys)] for row in rows]
    return _csv([_("Row"), _("What is wrong"), *heads], told, f"loi-{sent.ref}.csv")


def _why(row: Any) -> str:
    return row.said or " ".join(f"{head_of(key)}: {sentence}" for key, sentence in row.faults)


def _name(seller: Organisation) -> str:
    return f"hang-hoa-{seller.slug}-{clock.today():%Y%m%d}"


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> ResponseReturnValue:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([[_inert(value) for value in row] for row in rows])
    return _file(out.getvalue().encode("utf-8-sig"), name, "text/csv; charset=utf-8")


def _inert(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula begins with a mark that makes it a text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" and value[:1] else value


def _file(content: bytes, name: str, kind: str) -> ResponseReturnValue:
    answer = private(make_response(content))
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
