"""How products are found: the words of each are written into the search index."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.catalogue.models import Product
from marketplace.catalogue.states import ProductState
from marketplace.core import search
from marketplace.core.text import lowered
from marketplace.places.models import Province

KIND = "product"
OTHER_NAMES = Path(__file__).resolve().parent.parent / "data" / "other_names.json"
PLACE_WORDS = OTHER_NAMES.with_name("place_words.json")
_LEGAL_FORMS = re.compile(
    r"(?i)\b(hợp tác xã|htx|tổ hợp tác|công ty|tnhh|cổ phần|một thành viên|mtv|hộ kinh doanh|cơ sở( sản xuất)?)\b"
)
_PACK = re.compile(r"(\d+(?:[.,]\d+)?)\s*(kg|g|ml|l|lít)\b")


def index(products: Iterable[Product]) -> None:
    """Make products on sale findable by what they are now; others are taken out."""
    products = list(products)
    search.put(document_of(product) for product in products if product.state is ProductState.PUBLISHED)
    unindex([product.id for product in products if product.state is not ProductState.PUBLISHED])


def unindex(product_ids: Sequence[int]) -> None:
    """Take products out of the index."""
    if product_ids:
        search.remove(KIND, product_ids)


def document_of(product: Product) -> search.Document:
    """What is found of a product: its name, whose and where it is, and what else people call all that."""
    places = (product.origin, product.origin_now)
    keywords = re.split(r"[,;\n]", product.keywords)
    return search.Document(
        kind=KIND,
        owner_id=product.id,
        title=product.name,
        body=[product.place, _bare(product.seller.name), *(province.name for province in places), *keywords],
        also=[product.name_en, *keywords, *other_names(product)],
        around=[
            *(product.product_set.name, product.product_set.name_en),
            *(*_other_places(places), *_short_places(product), *_packs(product), product.seller.tax_code or ""),
        ],
        called=other_names(product, itself=True),
        weight=product.popularity,
    )


def _bare(name: str) -> str:
    """A producer's name without its legal form, which a thousand others share."""
    return " ".join(_LEGAL_FORMS.sub(" ", name).split()) or name


def _other_places(places: Iterable[Province]) -> Iterator[str]:
    for province in places:
        yield from map(str, province.aliases)


def _short_places(product: Product) -> Iterator[str]:
    """How people shorten the names of the places that a product names: pq of Phú Quốc, and several that share one."""
    said = lowered(f"{product.name} · {product.place} · {product.origin.name} · {product.origin_now.name}")
    return (short for short, pattern in _shortened() if pattern.search(said))


@cache
def _shortened() -> list[tuple[str, re.Pattern[str]]]:
    known = json.loads(PLACE_WORDS.read_text(encoding="utf-8"))["short"]
    return [(short, _any_of(names)) for short, names in known.items()]


def _packs(product: Product) -> Iterator[str]:
    """Packs and codes; "300 g" is also found as people write it, "300g"."""
    for variant in product.variants:
        yield f"{variant.sku} {variant.seller_code or ''} {variant.name}"
        yield " ".join("".join(pair) for pair in _PACK.findall(lowered(variant.name)))
    yield from (certificate.number for certificate in product.certificates)


# --- other names of the same food ------------------------------------------------------------------------------------


@cache
def _known() -> dict[str, Any]:
    return dict(json.loads(OTHER_NAMES.read_text(encoding="utf-8")))


@cache
def _apart() -> re.Pattern[str]:
    """Names that hold the name of something that they are not: kudzu (sắn dây) is no cassava (sắn)."""
    return _any_of(_known()["apart"])


@cache
def _groups() -> list[tuple[re.Pattern[str], list[str]]]:
    """What to look for with the names to add: those of the same thing, and those of the kind that a thing is of."""
    known = _known()
    pairs = [*((names, names) for names in known["same"]), *((one["of"], one["kind"]) for one in known["kinds"])]
    return [(_any_of(names), others) for names, others in pairs]


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """One of these names as whole words, found in one pass."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")


def other_names(product: Product, *, itself: bool = False) -> list[str]:
    """What the same goods are called in other parts of the country and in English, and what kind of goods they are.

    `itself`: only what the name begins with; drinks of pineapple are not called pineapple.
    """
    said = _without_places(lowered(product.name), product)
    kept = _apart().sub("·", said)
    if itself:
        return [
            name for pattern, others in _groups()[: len(_known()["same"])] if pattern.match(kept) for name in others
        ]
    return [name for pattern, others in _groups() if pattern.search(kept) for name in others] + [
        name for held in _apart().findall(said) for names in _known()["same"] if held in names for name in names
    ]


def _without_places(name: str, product: Product) -> str:
    """The name of the goods without the names of places, which often mean something to eat as well (Cam Lộ)."""
    places = lowered(f"{product.place} {product.origin.name}")
    words = name.split()
    for length in (3, 2):
        for start in range(len(words) - length + 1):
            if " ".join(words[start : start + length]) in places:
                words[start : start + length] = ["·"] * length
    return " ".join(words)
