"""Addresses as people type them, also the old three-level ones: "thôn 3, xã Thanh Xuân, huyện Thanh Hà, Hải Dương"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.core.database import db
from marketplace.core.text import clean, fold, lowered
from marketplace.places.models import FormerWard, Province, Ward
from marketplace.places.queries.names import DISTRICT_KINDS, PROVINCE_KINDS, WARD_KINDS, bare, plain, ways_to_write
from marketplace.places.queries.provinces import matching_ids

Unit = TypeVar("Unit", Ward, FormerWard)

MOST_PARTS = 12
LONGEST = 400
_WITH_ACCENTS = r"xã|phường|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh"
_SHORT = r"(?:x|p|q|h|t)\.|(?:tt|tx|tp)\.?"
_WITHOUT = fold(_WITH_ACCENTS)
_ENDS = re.compile(r"[,;\n]|\s[-–]\s")
_COUNTRY = {"viet nam", "vietnam", "vn"}


@dataclass(slots=True)
class Reading:
    """What an address says: `wards` of today that it may mean, `former` units it named, and what is left as street.

    `is_doubtful`: the name may as well be that of a former district, of which a commune of today took the name.
    """

    street: str
    province: Province | None = None
    wards: list[Ward] = field(default_factory=list)
    former: list[FormerWard] = field(default_factory=list)
    is_doubtful: bool = False

    @property
    def ward(self) -> Ward | None:
        """The one unit of today that is meant, if there is no doubt."""
        return self.wards[0] if len(self.wards) == 1 and not self.is_doubtful else None


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of an address and where it begins in it."""

    text: str
    start: int


def read_address(text: str, province: Province | None = None) -> Reading:
    """Read an address from its end: province, district, commune; what comes before is the street.

    `province` is the one chosen beside it, used where the text names none. Nothing is guessed: several units of today
    are all named, and an address without a commune comes back as its street.
    """
    written = clean(text, lines=True)[:LONGEST]
    parts = _parts(written)
    named, rest = _province(parts)
    place = named or province
    for district, name, start in _hypotheses(rest):
        reading = _read(name, district, place)
        if reading is not None:
            reading.street = written[:start].rstrip(" ,;.-–\n")
            return reading
    street = written[: parts[len(rest)].start].rstrip(" ,;.-–\n") if named else written
    return Reading(street, named.now if named else None)


def _parts(text: str) -> list[_Part]:
    """The pieces of an address, cut at commas and, where there are none, before the words that name a kind of unit."""
    kinds = _WITH_ACCENTS if fold(text) != text.lower() else _WITHOUT
    ends = re.compile(rf"(?<!\S)(?:{kinds}|{_SHORT})(?=\s?\S)", re.IGNORECASE)
    found: list[_Part] = []
    for piece in _pieces(text):
        cuts = [match.start() for match in ends.finditer(piece.text)]
        found += _split(piece, [0, *(cut for cut in cuts if _begins(piece.text[:cut], ends))])
    if found and fold(found[-1].text) in _COUNTRY:
        found.pop()
    return found[-MOST_PARTS:]


def _begins(before: str, kinds: re.Pattern[str]) -> bool:
    """A unit's name begins here, unless it is the first word or follows a kind: "phường Phường Đúc"."""
    last = [match.end() for match in kinds.finditer(before + "x")]
    return bool(before.strip()) and not (last and not before[last[-1] :].strip())


def _pieces(text: str) -> list[_Part]:
    starts = [0, *(match.end() for match in _ENDS.finditer(text))]
    ends = [*(match.start() for match in _ENDS.finditer(text)), len(text)]
    return [_Part(text[start:end], start) for start, end in zip(starts, ends, strict=True)]


def _split(piece: _Part, cuts: Sequence[int]) -> list[_Part]:
    pairs = zip(cuts, [*cuts[1:], len(piece.text)], strict=True)
    parts = [_Part(piece.text[start:end].strip(" ."), piece.start + start) for start, end in pairs]
    return [part for part in parts if part.text]


def _province(parts: Sequence[_Part]) -> tuple[Province | None, Sequence[_Part]]:
    """The province at the end of an address, of today or before, and what stands before it."""
    if not parts:
        return None, parts
    wanted = bare(plain(parts[-1].text), PROVINCE_KINDS)
    named = [one for one in db.session.scalars(select(Province)) if wanted in _names_of(one)]
    # an old unit and today's of one name: today's holds both
    named.sort(key=lambda one: not one.is_today)
    return (named[0], parts[:-1]) if named else (None, parts)


def _names_of(province: Province) -> set[str]:
    return {plain(province.name), *(plain(str(alias)) for alias in province.aliases)}


def _hypotheses(parts: Sequence[_Part]) -> list[tuple[str, str, int]]:
    """District, commune and where they begin: first with a district at the end, then without one."""
    with_district = [(parts[-1].text, parts[-2].text, parts[-2].start)] if len(parts) > 1 else []
    without = [("", parts[-1].text, parts[-1].start)] if parts else []
    return with_district + without


def _read(name: str, district: str, province: Province | None) -> Reading | None:
    """What a commune's name may mean in a district (former units only) or without one (today's first)."""
    written = ways_to_write(name, WARD_KINDS)
    own = [] if district else _as_written(_today(written, province), name)
    districts = ways_to_write(district, DISTRICT_KINDS) if district else []
    former = [] if _with_accents(own, name) else _as_written(_former(written, districts, province), name)
    if own and former:
        # a former unit of just these accents comes before one of today that only sounds alike
        own, former = ([], former) if _with_accents(former, name) else (own, [])
    if not own and not former:
        return None
    wards = {ward.id: ward for ward in own} | {ward.id: ward for unit in former for ward in unit.successors}
    places = {ward.province_id: ward.province for ward in wards.values()}
    only = next(iter(places.values())) if len(places) == 1 else None
    return Reading(
        "",
        only or (province.now if province else None),
        list(wards.values()),
        former,
        is_doubtful=bool(own) and _was_a_district(written[0], own[0].province),
    )


def _was_a_district(written: str, province: Province) -> bool:
    """A name typed without its kind that a former district of this place had too."""
    if bare(written, WARD_KINDS) != written:
        return False
    names = [f"{kind} {bare(written, DISTRICT_KINDS)}" for kind in DISTRICT_KINDS]
    known = select(FormerWard.id).where(
        FormerWard.district_folded.in_(names), FormerWard.province_id.in_(matching_ids(province))
    )
    return db.session.scalar(known.limit(1)) is not None


def _today(written: Sequence[str], province: Province | None) -> list[Ward]:
    statement = select(Ward).where(Ward.folded.in_(written)).options(joinedload(Ward.province)).order_by(Ward.code)
    if province is not None:
        statement = statement.where(Ward.province_id == province.now.id)
    return list(db.session.scalars(statement))


def _former(written: Sequence[str], districts: Sequence[str], province: Province | None) -> list[FormerWard]:
    whole = (joinedload(FormerWard.province), selectinload(FormerWard.successors).joinedload(Ward.province))
    statement = select(FormerWard).where(FormerWard.folded.in_(written)).options(*whole).order_by(FormerWard.id)
    if districts:
        statement = statement.where(FormerWard.district_folded.in_(districts))
    if province is not None:
        statement = statement.where(FormerWard.province_id.in_(matching_ids(province)))
    return list(db.session.scalars(statement))


def _as_written(found: list[Unit], name: str) -> list[Unit]:
    """Those of the kind that was typed, if there are any, and of these the ones with just these accents."""
    of_kind = [unit for unit in found if unit.folded == plain(name)] or found
    return _with_accents(of_kind, name) or of_kind


def _with_accents(found: list[Unit], name: str) -> list[Unit]:
    return [unit for unit in found if lowered(unit.name).endswith(lowered(name).strip())]
