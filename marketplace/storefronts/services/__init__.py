"""What may happen to a shop, to what people keep for later, and to goods that come in a spreadsheet."""

from marketplace.storefronts.services.imports import (
    begin_import,
    discard_import,
    finish_import,
    leave_out,
    stage,
    write_row,
)
from marketplace.storefronts.services.shops import edit_shop, keep, let_go, show_photo

__all__ = [
    "begin_import",
    "discard_import",
    "edit_shop",
    "finish_import",
    "keep",
    "leave_out",
    "let_go",
    "show_photo",
    "stage",
    "write_row",
]
