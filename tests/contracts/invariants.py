"""The 22 invariants of agreements, each one check of the rows of the database, told from a look now and one before.

A check answers sentences, none where all is well. It never asks a service: hashes, sums, calendars, steps and letters
are counted once more. What the rows cannot show is proven elsewhere, as `ELSEWHERE` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.contracts import invariants_kept as kept
from tests.contracts import invariants_performed as performed
from tests.contracts import invariants_signed as signed
from tests.contracts import invariants_texts as texts
from tests.contracts.seen import Seen

Check = Callable[[Seen, Seen | None], Iterable[str]]

CHECKS: dict[int, Check] = {
    1: texts.steps_are_of_the_table,
    2: texts.what_grows_only_grows,
    3: signed.hashes_are_those_of_what_is_stored,
    4: texts.versions_are_one_chain,
    5: texts.everybody_means_one_text,
    6: signed.in_force_means_signed_by_both,
    7: signed.no_doubt_is_in_force,
    8: signed.bases_move_along_one_tree,
    9: texts.nobody_speaks_for_the_other_side,
    10: texts.nothing_leaves_the_two_provinces,
    11: performed.nothing_beyond_the_contract_is_called,
    12: performed.deliveries_and_money_add_up,
    13: performed.calls_keep_to_term_state_and_price,
    14: performed.annexes_keep_what_was_done,
    15: texts.ends_are_ends,
    16: texts.children_keep_to_their_parent,
    17: kept.deadlines_follow_the_vietnamese_calendar,
    18: signed.chains_of_events_hold,
    19: kept.every_step_is_told_once,
    20: texts.what_is_accepted_lay_on_the_table,
    21: kept.the_public_sees_what_both_allow,
    22: kept.turn_and_day_are_those_of_the_state,
}
# these read files: once at the end of a history
FILES: dict[int, Check] = {3: signed.files_are_those_of_their_hashes, 8: signed.files_grow_by_signatures}
# what no look at the rows of one process can show, by the test that does
ELSEWHERE = {
    1: "tests/contracts/test_machine.py and test_ending_states.py (states × acts × everybody, over HTTP)",
    2: "tests/contracts/test_chain.py::test_the_database_itself_refuses_changes",
    10: "tests/access/test_matrix.py (404 on every route, file and API call)",
    11: "tests/contracts/test_call_off_races.py (two calls for the last quantity)",
    19: "tests/core/test_outbox.py and test_mail.py (at least once, one Message-ID)",
    20: "tests/contracts/test_negotiating.py::"
    "test_accepting_another_text_than_the_one_on_the_table_is_refused_with_what_changed",
    21: "tests/contracts/test_open_data.py (the schema of the releases, households)",
    22: "tests/contracts/test_lists.py (what the list says in words)",
}


def faults(now: Seen, before: Seen | None = None, *, files: bool = False) -> list[str]:
    """Everything that is not as the 22 say, each sentence with its number."""
    checks = [*CHECKS.items(), *(FILES.items() if files else ())]
    return [f"{number}: {sentence}" for number, check in checks for sentence in check(now, before)]
