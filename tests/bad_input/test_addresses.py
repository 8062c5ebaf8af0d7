"""Every address with every kind of nonsense in it: a page or a plain no, and nothing is written."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.access.world import World
from tests.architecture.sources import application
from tests.bad_input import routes
from tests.bad_input.answers import assert_fine
from tests.bad_input.routes import query_names, working
from tests.bad_input.values import PATHS, RAW
from tests.bad_input.writes import recorded


def some(values: dict[str, str], name: str, most: int) -> list[tuple[str, str]]:
    """A few of them, always the same for one name; over all routes each comes many times."""
    return random.Random(name).sample(sorted(values.items()), most)


def queries(route: str) -> Iterator[str]:
    """In each query every name has another value, and one name stands twice."""
    values, names = list(RAW.values()), query_names()
    for turn in random.Random(route).sample(range(len(values)), 6):
        pairs = [f"{name}={values[(turn + place) % len(values)]}" for place, name in enumerate(names)]
        yield "&".join([*pairs, pairs[turn % len(pairs)]])


@pytest.mark.parametrize("name", routes.reading())
def test_nonsense_in_the_query_breaks_no_page(world: World, name: str) -> None:
    asked = working(world, name)
    client = world.client(asked.role)
    with recorded() as written:
        for turn, query in enumerate(queries(name)):
            answer = client.get(f"{asked.address}?{query}")
            assert_fine(answer, f"{name}, query {turn}")
    assert written == []


@pytest.mark.parametrize("parameter", query_names())
def test_one_wrong_word_leaves_the_list_standing(world: World, parameter: str) -> None:
    client = world.client("anonymous")
    for kind, value in some(RAW, parameter, 8):
        answer = client.get(f"/products?{parameter}={value}")
        assert (kind, answer.status_code) == (kind, 200)
        assert_fine(answer, f"/products?{parameter}: {kind}")


PARTS = [*routes.parts_of(application(), "GET"), *routes.parts_of(application(), "POST")]


@pytest.mark.parametrize(("name", "pattern"), PARTS, ids=[name for name, _pattern in PARTS])
def test_nonsense_in_the_path_is_no_break(world: World, name: str, pattern: str) -> None:
    clients = [world.client("anonymous"), world.client("manager")]
    with recorded() as written:
        for kind, value in some(PATHS, name, 5):
            for client in clients:
                answer = client.open(pattern.replace("{}", value), method=name.split()[0])
                assert_fine(answer, f"{name}: {kind}")
    assert written == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "OPTIONS", "PROPFIND"])
def test_another_verb_is_refused_with_a_page(world: World, method: str) -> None:
    answer = world.client("anonymous").open("/products", method=method)
    assert answer.status_code in {200, 405}
    assert "GET" in answer.headers["Allow"]
