"""What comes in and goes out as JSON: dataclasses are read from an address or a body, and written as plain values."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from marketplace.core import clock
from marketplace.core.i18n import gettext as _
from marketplace.core.text import clean

T = TypeVar("T")
UNIONS = (Union, types.UnionType)
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds of one field beyond its type; `say` explains it in the document, `called` is its name outside."""

    say: str = ""
    least: int | None = None
    most: int | None = None
    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None
    example: Any = None
    called: str = ""
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was sent, at its field."""

    field: str
    detail: str


class Repeated(list[Any]):
    """Values of one name that stands several times in an address."""


class Wrong(Exception):
    """What was sent cannot be taken; every fault is named."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(", ".join(fault.field for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a shape: its name outside, its bare type, what holds of it, whether it may be left out or null."""

    name: str
    called: str
    hint: Any
    rule: Rule
    needed: bool
    may_be_null: bool

    @property
    def is_list(self) -> bool:
        """It holds several values."""
        return get_origin(self.hint) in (list, tuple)


@cache
def parts_of(shape: type) -> tuple[Part, ...]:
    """The fields of a shape."""
    hints = get_type_hints(shape, include_extras=True)
    return tuple(_part(one, hints[one.name]) for one in fields(shape))


def _part(one: Any, hint: Any) -> Part:
    bare, rule = unwrapped(hint)
    options = [option for option in get_args(bare) if option is not types.NoneType] if _is_union(bare) else [bare]
    null = _is_union(bare) and types.NoneType in get_args(bare)
    inner, inner_rule = unwrapped(options[0])
    chosen = rule or inner_rule or Rule()
    needed = one.default is MISSING and one.default_factory is MISSING
    return Part(one.name, chosen.called or one.name, inner, chosen, needed, null)


def unwrapped(hint: Any) -> tuple[Any, Rule | None]:
    """A type without what is annotated to it, and the rule among that."""
    if get_origin(hint) is Annotated:
        bare, *notes = get_args(hint)
        return bare, next((note for note in notes if isinstance(note, Rule)), None)
    return hint, None


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in UNIONS


# --- reading ---------------------------------------------------------------------------------------------------------


def read_query(shape: type[T], given: Mapping[str, list[str]]) -> T:
    """A shape from the parameters of an address; unknown, doubled and wrong ones are all named."""
    known = {part.called: part for part in parts_of(cast(type, shape))}
    faults = [Fault(name, _("There is no such parameter here.")) for name in given if name not in known]
    values: dict[str, Any] = {}
    for name, texts in given.items():
        if (part := known.get(name)) is None:
            continue
        if part.is_list:
            values[name] = Repeated(_from_text(unwrapped(get_args(part.hint)[0])[0], text) for text in texts)
        elif len(texts) > 1:
            faults.append(Fault(name, _("Please give this only once.")))
        else:
            values[name] = _from_text(part.hint, texts[0])
    return _made(shape, values, "", faults)


def read_json(shape: type[T], given: Any) -> T:
    """A shape from a JSON object; unknown, missing and wrong members are all named."""
    if not isinstance(given, dict):
        raise Wrong([Fault("", _("Please send a JSON object."))])
    return _made(shape, given, "", list(_unknown(shape, given, "")))


def _unknown(shape: type, given: Mapping[str, Any], at: str) -> Iterator[Fault]:
    known = {part.called for part in parts_of(shape)}
    yield from (Fault(at + clean(name)[:60], _("There is no such member here.")) for name in given if name not in known)


def _made(shape: type[T], given: Mapping[str, Any], at: str, faults: list[Fault]) -> T:
    values: dict[str, Any] = {}
    for part in parts_of(cast(type, shape)):
        if part.called in given:
            values[part.name] = _value(part, given[part.called], at + part.called, faults)
        elif part.needed:
            faults.append(Fault(at + part.called, _("This is missing.")))
    if faults and not at:
        raise Wrong(faults)
    return shape(**values) if not faults else cast(T, None)


def _value(part: Part, value: Any, at: str, faults: list[Fault]) -> Any:
    if value is None:
        return None if part.may_be_null else faults.append(Fault(at, _("This may not be null.")))
    if part.is_list:
        return _list(part, value, at, faults)
    return _single(part.hint, part.rule, value, at, faults)


def _list(part: Part, value: Any, at: str, faults: list[Fault]) -> Any:
    if not isinstance(value, list):
        return faults.append(Fault(at, _("Please send a list.")))
    most = part.rule.most or 40
    if len(value) > most:
        return faults.append(Fault(at, _("At most %(most)s of these, please.", most=most)))
    hint, rule = unwrapped(get_args(part.hint)[0])
    called = [at if isinstance(value, Repeated) else f"{at}[{number}]" for number in range(len(value))]
    return tuple(_single(hint, rule or Rule(), one, name, faults) for one, name in zip(value, called, strict=True))


def _single(hint: Any, rule: Rule, value: Any, at: str, faults: list[Fault]) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            return faults.append(Fault(at, _("Please send a JSON object.")))
        faults.extend(_unknown(hint, value, f"{at}."))
        return _made(hint, value, f"{at}.", faults)
    try:
        return _reader_of(hint)(hint, rule, value)
    except ValueError as error:
        return faults.append(Fault(at, str(error)))


def _reader_of(hint: Any) -> Callable[[Any, Rule, Any], Any]:
    if get_origin(hint) is Literal:
        return _choice
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _member
    return _READERS[hint]


def _choice(hint: Any, rule: Rule, value: Any) -> Any:
    options = get_args(hint)
    if isinstance(value, (str, int)) and not isinstance(value, bool) and value in options:
        return value
    raise ValueError(_("Please send one of: %(options)s.", options=", ".join(map(str, options))))


def _member(hint: Any, rule: Rule, value: Any) -> Any:
    if isinstance(value, str) and value in list(hint):
        return hint(value)
    raise ValueError(_("Please send one of: %(options)s.", options=", ".join(hint)))


def _whole(hint: Any, rule: Rule, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(_("Please send a whole number."))
    least, most = rule.least, rule.most
    if (least is not None and value < least) or (most is not None and value > most):
        raise ValueError(_("Please send a whole number from %(least)s to %(most)s.", least=least, most=most))
    return value


def _text(hint: Any, rule: Rule, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("Please send a text."))
    if rule.longest is not None and len(value) > rule.longest:
        raise ValueError(_("At most %(most)s characters, please.", most=rule.longest))
    text = clean(value, lines=rule.lines)
    if len(text) < rule.shortest:
        raise ValueError(_("Please fill this in."))
    if rule.pattern and not re.fullmatch(rule.pattern, text):
        raise ValueError(_("This is not written as expected."))
    return text


def _day(hint: Any, rule: Rule, value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(_("Please send a day like %(day)s.", day=clock.today().isoformat()))


def _moment(hint: Any, rule: Rule, value: Any) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    like = clock.now().astimezone(clock.VIETNAM).isoformat(timespec="seconds")
    raise ValueError(_("Please send a moment with its time zone, like %(moment)s.", moment=like))


_READERS: dict[Any, Callable[[Any, Rule, Any], Any]] = {int: _whole, str: _text, date: _day, datetime: _moment}


def _from_text(hint: Any, text: str) -> Any:
    """A text of an address as the JSON value that it stands for, where it stands for one."""
    numbers = hint is int or (get_origin(hint) is Literal and all(isinstance(one, int) for one in get_args(hint)))
    return int(text) if numbers and _NUMBER.fullmatch(text) and text.isascii() else text


# --- writing ---------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A shape as JSON holds it; moments in UTC."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.called: plain(getattr(value, part.name)) for part in parts_of(type(value))}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value
