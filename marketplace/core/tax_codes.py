"""Vietnamese tax codes: 10 digits with a check digit, 13 for a branch, 12 for a person; and what is wrong with others.

Since July 2025 the tax code of an individual or a household is her 12-digit personal number: the code of the province
of birth (001 to 096), a digit for century and sex, two digits of the year and six more, without a check digit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from marketplace.core import clock
from marketplace.core.i18n import lazy_gettext as _l

WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
LAST_PROVINCE = 96
# 0 and 1 are born in the 20th century, 2 and 3 in the 21st
CENTURIES = {0: 1900, 1: 1900, 2: 2000, 3: 2000}
_BETWEEN = re.compile(r"[\s.,_/\u2010-\u2015\u2212-]+")


class TaxCodeKind(StrEnum):
    """Whose tax code it is, seen by its length."""

    ORGANISATION = "organisation"
    BRANCH = "branch"
    PERSON = "person"


_BY_LENGTH = {10: TaxCodeKind.ORGANISATION, 13: TaxCodeKind.BRANCH, 12: TaxCodeKind.PERSON}


def normalised(text: str) -> str:
    """What somebody typed, in the one spelling that is kept: digits alone, a dash before the number of a branch."""
    large = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    plain = unicodedata.normalize("NFKC", large).removeprefix("MST").lstrip(":")
    return f"{plain[:10]}-{plain[10:]}" if re.fullmatch(r"[0-9]{13}", plain) else plain


def kind_of(code: str) -> TaxCodeKind | None:
    """Whose code a normalised text may be, by its length alone."""
    return _BY_LENGTH.get(len(_digits(code))) if re.fullmatch(r"[0-9-]+", code) else None


def is_valid(code: str) -> bool:
    """Whether a normalised text is built as a tax code is."""
    return fault(code) is None


def is_personal(code: str | None) -> bool:
    """Whether a code is a person's own number, which is nobody's business but hers and the authorities'."""
    return bool(code) and kind_of(str(code)) is TaxCodeKind.PERSON


def masked(code: str | None) -> str:
    """A code as others may see it: of a person's number only the ends."""
    if not code or not is_personal(code):
        return code or ""
    return f"{code[:3]}{'•' * 6}{code[-3:]}"


def check_digit(nine: str) -> int | None:
    """The tenth digit that belongs to nine; None where no code begins with these nine."""
    found = 10 - sum(weight * int(digit) for weight, digit in zip(WEIGHTS, nine, strict=True)) % 11
    return None if found == 10 else found


def fault(code: str, *, personal: bool = True) -> Any:
    """What is wrong with a normalised text, as a sentence that helps to mend it; None for a tax code.

    `personal=False` stands for those who cannot have a person's number, such as companies.
    """
    if not re.fullmatch(r"[0-9]+(?:-[0-9]{3})?", code):
        return _strange_sign(code)
    digits = _digits(code)
    if len(digits) == 12:
        return _fault_of_person(digits) if personal else _not_personal()
    if len(digits) not in _BY_LENGTH:
        return _fault_of_length(digits, personal)
    return _fault_of_organisation(digits)


def _digits(code: str) -> str:
    return code.replace("-", "")


def _strange_sign(code: str) -> Any:
    if re.search(r"[OIL]", code):
        return _l("A tax code has digits only. Perhaps a letter O or I was typed for a 0 or a 1?")
    return _l("A tax code has digits only, for example 0100233488.")


def _not_personal() -> Any:
    return _l(
        "These are 12 digits, a person's own number. With this legal form the tax code has 10 digits; "
        "it stands on the certificate of registration."
    )


def _fault_of_length(digits: str, personal: bool) -> Any:
    if len(digits) == 9 and check_digit(f"0{digits[:-1]}") == int(digits[-1]):
        return _l("Here are 9 digits. Perhaps the 0 at the front was lost: %(code)s?", code=f"0{digits}")
    count = len(digits)
    if personal:
        return _l("Here are %(count)s digits. A tax code has 10 or 12 (13 for a branch).", count=count)
    return _l("Here are %(count)s digits. A tax code has 10 (13 for a branch).", count=count)


def _fault_of_organisation(digits: str) -> Any:
    ten, branch = digits[:10], digits[10:]
    if check_digit(ten[:9]) != int(ten[9]):
        return _fault_of_digits(ten)
    if branch == "000":
        return _l("The branch's number after the dash goes from 001 to 999.")
    return None


def _fault_of_digits(ten: str) -> Any:
    """A slip that explains the code, where there is exactly one such; never more than a guess, so it asks."""
    swapped, last = list(_swaps(ten)), check_digit(ten[:9])
    if len(swapped) == 1:
        return _l(
            "These digits do not fit together. Perhaps two neighbours were swapped: %(code)s? "
            "Please compare with your paper.",
            code=swapped[0],
        )
    if last is not None:
        return _l(
            "These digits do not fit together. If the first nine are right, the last should be %(digit)s. "
            "Please compare with your paper.",
            digit=last,
        )
    return _l("These digits do not fit together: no tax code begins like this. Please compare them with your paper.")


def _swaps(ten: str) -> Iterator[str]:
    """The codes that two swapped neighbours would have made this of."""
    for place in range(9):
        if ten[place] != ten[place + 1]:
            other = f"{ten[:place]}{ten[place + 1]}{ten[place]}{ten[place + 2 :]}"
            if check_digit(other[:9]) == int(other[9]):
                yield other


def _fault_of_person(digits: str) -> Any:
    province, century, year = int(digits[:3]), int(digits[3]), int(digits[4:6])
    if not 1 <= province <= LAST_PROVINCE:
        return _l("A personal number begins with a province's code, 001 to 096. Please check the first three digits.")
    if century not in CENTURIES:
        return _l("The fourth digit of a personal number is 0, 1, 2 or 3. Please compare it with your card.")
    if CENTURIES[century] + year > clock.today().year:
        return _l("The fourth to sixth digits stand for a year of birth, and this one is still to come.")
    return None
