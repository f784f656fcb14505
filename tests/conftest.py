"""What every test may use: a clean process, Redis, and a whole running installation."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import SimpleTestCase
from django.utils import translation

from positions.db.counters import counters
from tests.browsing import browser, complaints, page
from tests.flushing import let_tables_be_emptied
from tests.servers import Unavailable, postgresql, redis_server, scratch_database, with_database
from tests.stack import Stack, running_stack
from tracker import celery_app
from tracker.catalogues import compile_catalogues

__all__ = ["browser", "complaints", "page"]


def pytest_configure(config: pytest.Config) -> None:
    """Settings that only tests want: fast passwords, and a broker that forgets."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    celery_app.conf.update(broker_url="memory://", broker_transport_options={})
    let_tables_be_emptied()
    compile_catalogues()
    # how fast examples come says something about the machine, not about the code
    hypothesis.settings.register_profile(
        "rapporteur", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("rapporteur")


def uses_postgresql() -> bool:
    """Whether this run is the one on PostgreSQL."""
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


def touches_database(item: pytest.Item) -> bool:
    """Whether the engine could make a difference to a test."""
    if item.get_closest_marker("either_engine") is not None:
        return False
    fixtures = {"db", "transactional_db", "stack_database", "live_stack", "fresh_stack", "postgresql_url"}
    return (
        item.get_closest_marker("django_db") is not None
        or not fixtures.isdisjoint(getattr(item, "fixturenames", ()))
        or issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    )


def needs_no_second_writer(item: pytest.Item) -> bool:
    """Whether a test can be run where one connection writes at a time."""
    return item.get_closest_marker("postgresql_only") is None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database runs on SQLite only, what needs two writers on PostgreSQL only; tests of the
    running installation stay together.
    """
    runs_here = touches_database if uses_postgresql() else needs_no_second_writer
    config.hook.pytest_deselected(items=[item for item in items if not runs_here(item)])
    items[:] = [item for item in items if runs_here(item)]
    for item in items:
        if "live_stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("live_stack"))


@pytest.fixture(scope="session", autouse=True)
def _own_directories(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files go to a temporary directory, never to a developer's data directory."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT = settings.DATA_DIR / "files"
    settings.STATIC_ROOT = settings.DATA_DIR / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """No test meets the throttles and answers of the one before."""
    cache.clear()
    counters().clear()


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """A page asked for in another language leaves that language behind in its thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis database that no other process of this test run uses."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    try:
        with redis_server() as url:
            yield with_database(url, process)
    except Unavailable as missing:
        pytest.fail(str(missing))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be created."""
    try:
        with postgresql() as url:
            yield url
    except Unavailable as missing:
        pytest.fail(str(missing))


@contextlib.contextmanager
def new_database() -> Iterator[dict[str, str]]:
    """Variables that give an installation a database of its own on the engine under test."""
    if not uses_postgresql():
        yield {}
        return
    with scratch_database(os.environ["TEST_DATABASE_URL"]) as url:
        yield {"DATABASE_URL": url, "SECRET_KEY": "for the tests alone, and no secret at all"}


@pytest.fixture
def stack_database() -> Iterator[dict[str, str]]:
    """Variables that give an installation a database of its own on the engine under test."""
    with new_database() as variables:
        yield variables


@pytest.fixture(scope="session")
def live_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running installation with the demo: web server and worker, as ``make run`` starts them.

    Its database is its own, not the one of the ``db`` fixture.
    """
    data_dir: Path = tmp_path_factory.mktemp("live-stack")
    with new_database() as variables, running_stack(data_dir, **variables) as stack:
        yield stack
