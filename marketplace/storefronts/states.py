"""The life of a spreadsheet that a producer sends, and what becomes of each of its rows."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class ImportState(Labelled):
    """Whether anything of the sheet has been written."""

    READ = "read", _l("waits for you")
    RUNNING = "running", _l("being written")
    DONE = "done", _l("written")
    DISCARDED = "discarded", _l("thrown away")


class ImportAction(Labelled):
    """What happens to a sheet."""

    CONFIRM = "confirm", _l("Write into my goods")
    FINISH = "finish", _l("Finish")
    DISCARD = "discard", _l("Throw away")


IMPORT: Machine[ImportState, ImportAction] = Machine(
    {
        (ImportState.READ, ImportAction.CONFIRM): ImportState.RUNNING,
        (ImportState.RUNNING, ImportAction.FINISH): ImportState.DONE,
        (ImportState.READ, ImportAction.DISCARD): ImportState.DISCARDED,
    }
)


class RowKind(Labelled):
    """What a row means for the producer's goods."""

    NEW = "new", _l("new")
    CHANGED = "changed", _l("changed")
    UNCHANGED = "unchanged", _l("the same")
    WRONG = "wrong", _l("wrong")


class RowOutcome(Labelled):
    """What became of a row."""

    WRITTEN = "written", _l("written")
    SKIPPED = "skipped", _l("left out")
