"""What every test may ask for: an app on a fresh database, signed-in clients, a live server, a browser, a race."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest
from flask import Flask

from config import Settings
from tests.clients import Client, sign_in
from tests.databases import Database, Databases, engine_name, open_databases, start_server

pytest_plugins = ["tests.browser"]

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# what never asks a database anything, or is held by others to be alike on both, runs once
ONCE = (
    "tests/access/",
    "tests/architecture/",
    "tests/contracts/test_terms_",
    "tests/bad_input/test_shapes.py",
    "tests/catalogue/test_search_mistakes.py",
    "tests/journeys/",
    "tests/pages/",
    "tests/test_html_checker.py",
    "tests/contracts/test_child.py",
    "tests/contracts/test_forgeries.py",
    "tests/contracts/test_pdfsig.py",
    "tests/core/test_bucket.py",
    "tests/core/test_i18n.py",
    "tests/core/test_money.py",
    "tests/core/test_notices.py",
    "tests/core/test_tax_codes.py",
    "tests/core/test_text.py",
    "tests/demo/test_data_files.py",
    "tests/demo/test_docs.py",
    "tests/payments/test_vietqr.py",
)

# CI tries the same examples each time; elsewhere new ones are tried, and what they find becomes a test
# no machine is too slow for a test
here = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("here", here)
hypothesis.settings.register_profile("ci", here, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if CI else "here")


# --- which tests run, and what a skip means --------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        server = start_server()
        if server:
            config.add_cleanup(server.stop)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Pages, journeys and architecture say the same on both databases, so they run once unless marked `both`."""
    wanted = [item for item in items if _runs_here(item)]
    if len(wanted) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if not _runs_here(item)])
        items[:] = wanted


def _runs_here(item: pytest.Item) -> bool:
    engine = engine_name()
    other = "sqlite" if engine == "postgresql" else "postgresql"
    if item.get_closest_marker(other):
        return False
    once = item.nodeid.startswith(ONCE) and not item.get_closest_marker("both")
    return engine == "sqlite" or not once


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"Under CI a skip is a failure: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if CI and report.skipped:
        report.outcome, report.longrepr = "failed", f"Under CI a skip is a failure: {_reason(report.longrepr)}"
    return report


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


# --- no network but this machine -------------------------------------------------------------------------------------


def _forbid(host: str) -> NoReturn:
    raise RuntimeError(f"A test asked for {host}: tests speak only to this machine.")


def _guard(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            _forbid(address[0])
        return connect(self, address)

    return guarded


def _is_local(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name in (None, "", "localhost", "::1", "0.0.0.0") or str(name).startswith("127.")  # noqa: S104 - compared


def _close_network() -> None:
    resolve = socket.getaddrinfo

    def resolve_here(host: Any, *args: Any, **options: Any) -> Any:
        return resolve(host, *args, **options) if _is_local(host) else _forbid(host)

    socket.socket.connect = _guard(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _guard(socket.socket.connect_ex)  # type: ignore[method-assign]
    socket.getaddrinfo = resolve_here


_close_network()


# --- the app and its database ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def worker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("market")


def settings_on(database_url: str, folder: Path) -> Settings:
    """Settings that share nothing with the outside and nothing with another worker."""
    return Settings(
        database_url=database_url,
        secret_key="a secret of the tests",
        audit_key="an audit key of the tests",
        media_url=str(folder / "media"),
        mail_url="mailbox:",
        site_url="http://localhost",
        testing=True,
        operator_bank_bin="970436",
        operator_bank_account="0071000123456",
        writes_per_minute=1_000_000,
        own_writes_per_minute=1_000_000,
        api_calls_per_minute=1_000_000,
    )


@pytest.fixture(scope="session")
def databases(worker_folder: Path) -> Databases:
    def migrate(url: str) -> None:
        from marketplace import create_app
        from marketplace.core.database import db
        from marketplace.core.migrating import upgrade

        app = create_app(settings_on(url, worker_folder))
        upgrade(app)
        with app.app_context():
            db.engine.dispose()

    return open_databases(worker_folder, migrate)


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def database(databases: Databases, worker_name: str) -> Iterator[Database]:
    made = databases.create(worker_name)
    yield made
    made.remove()


@pytest.fixture(scope="session")
def settings(database: Database, worker_folder: Path) -> Settings:
    return settings_on(database.url, worker_folder)


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> Flask:
    """One app a worker; a test asks for `app`, which brings the fresh database."""
    return built(settings)


def built(settings: Settings) -> Flask:
    """An app whose test clients fill in CSRF tokens."""
    from marketplace import create_app

    app: Flask = create_app(settings)
    app.test_client_class = Client
    return app


@pytest.fixture
def app(shared_app: Flask, database: Database) -> Iterator[Flask]:
    """The app on a database that holds only what the migrations left; real commits from any thread are fine."""
    release(shared_app, wholly=engine_name() == "sqlite")
    database.reset()
    forget_counters(shared_app)
    yield shared_app
    release(shared_app, wholly=engine_name() == "sqlite")


def release(app: Flask, *, wholly: bool = True) -> None:
    """End what is open, so that the database can be put back; `wholly` closes the connections too.

    A file is replaced under its connections, so they must go; PostgreSQL's rows are deleted, and a connection that
    stays knows the tables already.
    """
    from marketplace.core.database import db

    with app.app_context():
        db.session.remove()
        if wholly:
            db.engine.dispose()


def forget_counters(app: Flask) -> None:
    """Rate limits start from zero in each test, and no page is kept from the one before."""
    for limiter in app.extensions.get("limiter", ()):
        limiter.reset()
    app.extensions["kept_pages"].clear()
    app.extensions.pop("reference_rows", None)


@pytest.fixture
def app_with(app: Flask, settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Another app on the same fresh database, with some settings changed: `app_with(writes_per_minute=3)`."""
    made: list[Flask] = []

    def build(**changes: Any) -> Flask:
        made.append(built(replace(settings, **changes)))
        return made[-1]

    yield build
    for other in made:
        release(other)


@pytest.fixture
def client(app: Flask) -> Client:
    """A visitor: cookies kept, and every form post carries its CSRF token unless `csrf=False`."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def client_of(app: Flask) -> Callable[[Any], Client]:
    """`client_of(person)`: a client in which that person is signed in."""

    def signed_in(person: Any) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        return sign_in(client, person)

    return signed_in


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """What a test changed in the process would be met by whichever test comes after it: so it is refused here."""
    from marketplace.core import clock, i18n

    before = _surroundings()
    yield
    assert i18n.locale() == i18n.DEFAULT_LOCALE, "a language is still spoken"
    assert clock._stopped_at is None, "the clock still stands"
    assert _surroundings() == before, "the environment has changed"


def _surroundings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


# --- time and races --------------------------------------------------------------------------------------------------


@pytest.fixture
def frozen() -> Iterator[Callable[[datetime], datetime]]:
    """`frozen(at)` stops the clock there until the test ends or stops it elsewhere."""
    with ExitStack() as stack:

        def stop_at(at: datetime) -> datetime:
            from marketplace.core import clock

            stack.close()
            stack.enter_context(clock.frozen(at))
            return at

        yield stop_at


@pytest.fixture
def race(app: Flask) -> Callable[..., list[Any]]:
    """`race(n, fn)`: fn(i) in n threads that leave together; what each returned or raised, in order."""

    def run(n: int, fn: Callable[[int], Any], *, timeout: float = 30) -> list[Any]:
        gate = threading.Barrier(n)
        results: list[Any] = [TimeoutError(f"thread {i} did not end in {timeout} s") for i in range(n)]

        def runner(i: int) -> None:
            with app.app_context():
                try:
                    gate.wait(timeout)
                    results[i] = fn(i)
                except Exception as error:
                    results[i] = error

        threads = [threading.Thread(target=runner, args=(i,), daemon=True) for i in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout)
        return results

    return run
