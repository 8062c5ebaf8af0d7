"""Parameters as Stripe reads them: nested forms, and which names each call knows (stripe's own typed dictionaries)."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args, get_origin

import stripe.params as known
import stripe.params.checkout as known_checkout
from stripe._request_options import RequestOptions
from typing_extensions import get_type_hints, is_typeddict

CALLS: dict[str, Any] = {
    "create session": known_checkout.SessionCreateParams,
    "retrieve session": known_checkout.SessionRetrieveParams,
    "expire session": known_checkout.SessionExpireParams,
    "retrieve intent": known.PaymentIntentRetrieveParams,
    "create refund": known.RefundCreateParams,
    "retrieve refund": known.RefundRetrieveParams,
    "list refunds": known.RefundListParams,
}


class Wrong(Exception):
    """An answer with an error in it."""

    def __init__(self, status: int, message: str, *, code: str = "", kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **({"code": code} if code else {})}}


def nested(pairs: Mapping[str, str]) -> dict[str, Any]:
    """`a[b][0]=c` as dictionaries; positions stay keys."""
    whole: dict[str, Any] = {}
    for name, value in pairs.items():
        first, *rest = re.findall(r"[^\[\]]+", name) or [name]
        place = whole
        for part, following in zip([first, *rest], [*rest, None], strict=True):
            if following is None:
                place[part] = value
            else:
                place = place.setdefault(part, {})
    return whole


def check(call: str, params: Mapping[str, Any]) -> None:
    """Refuse a name that the call does not know, at any depth."""
    shape = CALLS[call]
    _check(params, shape, "", set(RequestOptions.__annotations__))


def _check(params: Mapping[str, Any], shape: Any, path: str, besides: set[str]) -> None:
    hints = _hints(shape)
    for name, value in params.items():
        here = f"{path}[{name}]" if path else name
        if name not in hints or name in besides:
            raise Wrong(400, f"Received unknown parameter: {here}", code="parameter_unknown")
        _check_value(value, hints[name], here)


@cache
def _hints(shape: Any) -> dict[str, Any]:
    names = {**vars(sys.modules[shape.__module__]), "StripeContext": object, "Mapping": Mapping}
    return get_type_hints(shape, names)


def _check_value(value: Any, hint: Any, path: str) -> None:
    options = list(_options(hint))
    if not isinstance(value, Mapping):
        if options and all(is_typeddict(one) for one in options):
            raise Wrong(400, f"Invalid object: {path}")
        return None
    for one in options:
        if is_typeddict(one):
            return _check(value, one, path, set())
        if get_origin(one) is list:
            for position, item in value.items():
                _check_value(item, get_args(one)[0], f"{path}[{position}]")
            return None
        if get_origin(one) is dict:
            return None
    raise Wrong(400, f"Invalid {path}: an object was not expected")


def _options(hint: Any) -> list[Any]:
    inner = get_args(hint)
    if get_origin(hint) in (list, dict) or not inner or is_typeddict(hint):
        return [hint]
    return [option for one in inner for option in _options(one)] if get_origin(hint) is not None else [hint]


def whole_number(params: Mapping[str, Any], name: str, *, least: int = 0) -> int:
    """An amount: a zero-decimal currency has whole units only."""
    text = str(params.get(name, ""))
    if not re.fullmatch(r"-?[0-9]{1,12}", text):
        raise Wrong(400, f"Invalid integer: {text}", code="parameter_invalid_integer")
    if int(text) < least:
        raise Wrong(400, f"This value must be greater than or equal to {least}.", code="parameter_invalid_integer")
    return int(text)
