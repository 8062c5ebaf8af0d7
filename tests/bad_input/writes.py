"""What a request has really changed: the tables written to by transactions that were committed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

# tries to sign in or with a code and devices are counted whatever follows; a picture that nothing shows harms nobody
COUNTED = {"sign_in_attempts", "sign_ins", "pictures", "signing_codes"}
_WRITE = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.I)


@contextmanager
def recorded() -> Iterator[list[str]]:
    """The tables written to and committed meanwhile."""
    committed: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if (found := _WRITE.match(statement)) and found[1] not in COUNTED:
            connection.info.setdefault("wrote", []).append(found[1])

    def keep(connection: Any) -> None:
        committed.extend(connection.info.pop("wrote", ()))

    def forget(connection: Any) -> None:
        connection.info.pop("wrote", None)

    listeners = (("before_cursor_execute", note), ("commit", keep), ("rollback", forget))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield committed
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
