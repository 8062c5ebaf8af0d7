"""The OpenAPI document, written from the operations and their shapes: what is checked is what is described."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from marketplace.api.formats import Part, Rule, parts_of, plain, unwrapped
from marketplace.api.operations import ADDRESS, OPERATIONS, Operation
from marketplace.api.problems import MEDIA_TYPE
from marketplace.api.shapes.problem import ProblemDetails
from marketplace.core.i18n import LOCALES

VERSION = "1.0.0"
ABOUT = (
    "Goods, shops and places of the marketplace for everybody; orders, stock and prices for their owners. Money is "
    "whole đồng with VAT, moments are in UTC, days are those of Vietnam. Unknown parameters and members are refused. "
    "Errors are problem details (RFC 9457) that name each wrong field."
)
TAGS = {
    "Products": "What is on sale.",
    "Shops": "Who sells.",
    "Places": "Provinces, communes and product sets.",
    "Orders": "What a token's owner buys and sells.",
    "Stock": "What is on her shelves.",
    "Prices": "What her goods cost.",
    "Agreements": "Contracts that her organisation is a side of, and what is called and delivered under them.",
}
SAID = {
    304: "Nothing has changed since the ETag sent as If-None-Match.",
    400: "The body is no well-formed JSON.",
    401: "No token, or one that is not valid.",
    403: "The token was not made for this, or its owner may not.",
    404: "It does not exist, or not for this token's owner.",
    409: "It cannot be done in the present state.",
    412: "It has changed since it was read; `current` says what is true now.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Something in the request is wrong; `errors` names each field.",
    428: "If-Match is missing.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
}


def document(site_url: str) -> dict[str, Any]:
    """The whole document (OpenAPI 3.1) for the API at this site."""
    shapes: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(_path(one.path), {})[one.method.lower()] = _operation(one, shapes)
    _reference(ProblemDetails, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Chợ OCOP liên tỉnh", "version": VERSION, "description": ABOUT},
        "servers": [{"url": site_url.rstrip("/") + ADDRESS}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(shapes.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "Made at /me/tokens."}},
        },
    }


def _path(rule: str) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", rule)


def _operation(one: Operation, shapes: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "description": " ".join(filter(None, [one.description, _scope_words(one)])),
        "parameters": [*_path_parameters(one), *_query_parameters(one, shapes), _LANGUAGE, *_headers(one)],
        "responses": _responses(one, shapes),
        "security": [] if one.scope is None else [{"token": []}],
    }
    if one.body is not None:
        content = {"application/json": {"schema": _reference(one.body, shapes)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _scope_words(one: Operation) -> str:
    return f"Needs a token with the right `{one.scope.value}`." if one.scope else ""


# --- parameters ------------------------------------------------------------------------------------------------------

_LANGUAGE = {
    "name": "lang",
    "in": "query",
    "description": "The language of words; else Accept-Language decides, else it is Vietnamese.",
    "schema": {"type": "string", "enum": list(LOCALES)},
}


def _path_parameters(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _bounded({"type": "string", "minLength": 1}, rule)}
        for name, rule in one.path_rules.items()
    ]


def _query_parameters(one: Operation, shapes: dict[str, Any]) -> list[dict[str, Any]]:
    return [_query_parameter(part, one.query, shapes) for part in parts_of(one.query)] if one.query else []


def _query_parameter(part: Part, shape: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    schema = _schema_of(part, shapes, nullable=False)
    default = _default_of(shape, part)
    if default not in (None, "", []):
        schema["default"] = default
    described = {"name": part.called, "in": "query", "schema": schema}
    if part.rule.say:
        described["description"] = schema.pop("description", part.rule.say)
    return {**described, "style": "form", "explode": True} if part.is_list else described


def _default_of(shape: Any, part: Part) -> Any:
    default = next(one.default for one in fields(shape) if one.name == part.name)
    return None if default is MISSING else plain(default)


def _headers(one: Operation) -> list[dict[str, Any]]:
    found = []
    if one.guarded:
        words = "The ETag of what the program has read; `*` takes whatever is there."
        found.append(_header("If-Match", words, required=True))
    if one.once:
        words = "1 to 64 signs of your own: the same request with the same key is done once, for a day."
        found.append(_header("Idempotency-Key", words, pattern="^[!-~]{1,64}$"))
    return found


def _header(name: str, words: str, *, required: bool = False, pattern: str = "") -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, **({"pattern": pattern} if pattern else {})}
    return {"name": name, "in": "header", "description": words, "required": required, "schema": schema}


# --- answers ---------------------------------------------------------------------------------------------------------


def _responses(one: Operation, shapes: dict[str, Any]) -> dict[str, Any]:
    tag = {"ETag": {"description": "The version of the answer.", "schema": {"type": "string"}}}
    content = {"application/json": {"schema": _reference(one.answer, shapes)}}
    answers: dict[str, Any] = {"200": {"description": "What was asked for.", "headers": tag, "content": content}}
    if one.moves:
        where = {"Location": {"description": "The present address.", "schema": {"type": "string"}}}
        answers["301"] = {"description": "It has another address now.", "headers": where}
    if one.method == "GET":
        answers["304"] = {"description": SAID[304]}
    return answers | {str(status): _wrong(status, shapes) for status in sorted(_statuses(one))}


def _statuses(one: Operation) -> set[int]:
    found = {422, 429}
    found |= {401, 403} if one.scope else {401}
    found |= {404} if one.found or one.scope else set()
    found |= {400, 409, 413, 415} if one.body else set()
    return found | ({412, 428} if one.guarded else set())


def _wrong(status: int, shapes: dict[str, Any]) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": _reference(ProblemDetails, shapes)}}
    return {"description": SAID[status], "content": content}


# --- shapes ----------------------------------------------------------------------------------------------------------


def _reference(shape: type, shapes: dict[str, Any]) -> dict[str, Any]:
    """A link to the description of a shape, which is written when it is first met."""
    name = shape.__name__
    if name not in shapes:
        shapes[name] = {}
        shapes[name] = _described(shape, shapes)
    return {"$ref": f"#/components/schemas/{name}"}


def _described(shape: type, shapes: dict[str, Any]) -> dict[str, Any]:
    parts = parts_of(shape)
    described = {
        "type": "object",
        "description": " ".join((shape.__doc__ or "").split()),
        "properties": {part.called: _schema_of(part, shapes, nullable=part.may_be_null) for part in parts},
        "required": [part.called for part in parts if part.needed],
    }
    # answers may grow; what is sent is refused where it is not known
    return described if _is_answer(parts) else {**described, "additionalProperties": False}


def _is_answer(parts: tuple[Part, ...]) -> bool:
    return all(part.needed for part in parts) and not any(part.rule.most and part.called == "on_hand" for part in parts)


def _schema_of(part: Part, shapes: dict[str, Any], *, nullable: bool) -> dict[str, Any]:
    if part.is_list:
        inner, rule = unwrapped(get_args(part.hint)[0])
        schema: dict[str, Any] = {"type": "array", "items": _bare(inner, rule or Rule(), shapes)}
        if part.rule.most:
            schema["maxItems"] = part.rule.most
    else:
        schema = _bare(part.hint, part.rule, shapes)
    if part.rule.say:
        schema["description"] = part.rule.say
    return _or_null(schema) if nullable else schema


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema or "enum" in schema:
        words = schema.pop("description", None)
        either: dict[str, Any] = {"anyOf": [schema, {"type": "null"}]}
        return {**either, "description": words} if words else either
    return {**schema, "type": [schema["type"], "null"]}


def _bare(hint: Any, rule: Rule, shapes: dict[str, Any]) -> dict[str, Any]:
    if is_dataclass(hint) and isinstance(hint, type):
        return _reference(hint, shapes)
    if get_origin(hint) is Literal:
        options = list(get_args(hint))
        return {"type": "integer" if isinstance(options[0], int) else "string", "enum": options}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [one.value for one in hint]}
    return _bounded(dict(_PLAIN[hint]), rule)


_PLAIN: dict[Any, dict[str, Any]] = {
    int: {"type": "integer"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def _bounded(schema: dict[str, Any], rule: Rule) -> dict[str, Any]:
    limits: dict[str, Any] = {"minimum": rule.least, "maximum": rule.most} if schema["type"] == "integer" else {}
    if schema["type"] == "string":
        limits = {"minLength": rule.shortest or schema.get("minLength"), "maxLength": rule.longest}
        limits |= {"pattern": rule.pattern and f"^{rule.pattern}$"}
    known = {name: value for name, value in limits.items() if value is not None}
    return {**schema, **known, **({"examples": [rule.example]} if rule.example is not None else {})}
