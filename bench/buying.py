"""Buyers: each a new guest with a phone of her own, who puts three packs of two sellers into a cart and orders."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from bench.load import Browser, spread
from bench.servers import PROCESSES

CSRF = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
TOKEN = re.compile(r'name="token"[^>]*?value="([^"]+)"')
TOTAL = re.compile(r'name="expected_total"[^>]*?value="([^"]+)"')

# most buyers come in by few goods; what they then put into the cart is any of them
POPULAR = 10

Pair = tuple[tuple[str, str, str], str, str]


@dataclass(frozen=True)
class Wares:
    """What can be bought: products' pages, and the SKUs of sellers that have at least two; where a buyer lives."""

    slugs: list[str]
    skus: list[list[str]]
    province: str
    ward: str

    def basket(self, chance: Random) -> list[str]:
        """Three packs of two sellers."""
        first, second = chance.sample(self.skus, 2)
        return [*chance.sample(first, 2), chance.choice(second)]


@dataclass
class Buyer:
    """One guest and what she is about to confirm."""

    browser: Browser
    wares: Wares
    number: int
    form: list[tuple[str, str]] = field(default_factory=list)
    path: str = "/checkout"

    def shop(self) -> None:
        """From the first product page to the checkout that waits to be confirmed: 1 GET, 3 POSTs, 1 GET."""
        chance = Random(self.number)
        csrf = _found(CSRF, self._page(f"/products/{chance.choice(self.wares.slugs[:POPULAR])}"))
        for sku in self.wares.basket(chance):
            self._post("/cart/lines", [("csrf_token", csrf), ("variant", sku), ("quantity", "1")])
        page = self._page(f"/checkout?province={self.wares.province}&ward={self.wares.ward}")
        self.form = [
            ("csrf_token", _found(CSRF, page)),
            ("token", _found(TOKEN, page)),
            ("expected_total", _found(TOTAL, page)),
            ("name", "Khách đo tốc độ"),
            ("phone", f"09{self.number:08d}"),
            ("email", ""),
            ("province", self.wares.province),
            ("ward", self.wares.ward),
            ("street", "Số 1 đường Đo"),
            ("payment", "cod"),
        ]

    def confirm(self) -> str:
        """Place the order; answers the purchase's address."""
        return self._post(self.path, self.form)

    def _page(self, path: str) -> str:
        status, _, body = self.browser.request("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return body.decode()

    def _post(self, path: str, form: list[tuple[str, str]]) -> str:
        status, headers, body = self.browser.request("POST", path, form)
        if status != 303:
            raise RuntimeError(f"POST {path} answered {status}: {_sentence(body.decode())}")
        return headers["location"]


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    if match is None:
        raise RuntimeError(f"the page has no {pattern.pattern}")
    return match[1]


def _sentence(page: str) -> str:
    """What a refusing page says, without its markup."""
    told = re.search(r'<(?:div|p)[^>]*(?:role="alert"|notice-danger|field-error)[^>]*>(.{0,800})', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", told[1] if told else page[:300]).split())[:300]


def prepared(port: int, wares: Wares, numbers: Sequence[int]) -> list[Buyer]:
    """Buyers whose carts are filled, each about to confirm."""
    shares = PROCESSES * 4

    def fill(share: int) -> list[tuple[int, dict[str, str], list[tuple[str, str]]]]:
        made = []
        for number in numbers[share::shares]:
            buyer = Buyer(Browser(port), wares, number)
            buyer.shop()
            buyer.browser.close()
            made.append((number, buyer.browser.cookies, buyer.form))
        return made

    found = []
    for share in spread(fill, PROCESSES, 4):
        for number, cookies, form in share:
            buyer = Buyer(Browser(port), wares, number, form)
            buyer.browser.cookies = cookies
            found.append(buyer)
    return sorted(found, key=lambda buyer: buyer.number)


def confirmed(port: int, buyers: Sequence[Buyer]) -> float:
    """Orders a second when all these buyers confirm, eight at a time."""
    shares, begin = PROCESSES * 4, time.monotonic() + 0.3

    def confirm(share: int) -> float:
        mine = buyers[share::shares]
        for buyer in mine:
            buyer.browser.port = port
        time.sleep(max(0, begin - time.monotonic()))
        for buyer in mine:
            buyer.confirm()
        return time.monotonic()

    return len(buyers) / (max(spread(confirm, PROCESSES, 4)) - begin)


def whole_orders(port: int, wares: Wares, seconds: float, first: int) -> tuple[float, float]:
    """Whole orders a second, product page and cart included, eight buyers at a time; what the buyers took of a core."""
    begin, before = time.monotonic() + 0.1, _spent()

    def buy(share: int) -> tuple[int, float]:
        count = 0
        time.sleep(max(0, begin - time.monotonic()))
        while time.monotonic() < begin + seconds:
            buyer = Buyer(Browser(port), wares, first + share * 10_000 + count)
            buyer.shop()
            buyer.confirm()
            buyer.browser.close()
            count += 1
        return count, time.monotonic()

    done = spread(buy, PROCESSES, 4)
    took = max(end for _, end in done) - begin
    return sum(count for count, _ in done) / took, (_spent() - before) / took


def _spent() -> float:
    """Seconds of processor time of load generators that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def crowd(port: int, wares: Wares, first: int, *, people: int = 50) -> tuple[int, list[str], float]:
    """So many buyers at once, each with one whole order: how many got it, what others were told, the longest wait."""
    begin = time.monotonic() + 0.3

    def buy(number: int) -> tuple[str, float]:
        time.sleep(max(0, begin - time.monotonic()))
        try:
            buyer = Buyer(Browser(port), wares, first + number)
            buyer.shop()
            buyer.confirm()
            return "", time.monotonic() - begin
        except (RuntimeError, OSError) as error:
            return str(error) or type(error).__name__, time.monotonic() - begin

    told = spread(buy, PROCESSES, people // PROCESSES)
    failures = [words for words, _ in told if words]
    return len(told) - len(failures), failures, max(seconds for _, seconds in told)
