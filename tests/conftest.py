"""Fixtures: a real PostgreSQL built by the migrations, used as the application's own role.

One server a run (embedded, fsync off), one template database with the real city in it, a clone for every test.
Where a PostgreSQL answers on 127.0.0.1:5432, every database test runs there once more: those of EXTERNAL_AT_ONCE in
the suite, the others with the drills.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

gc.disable()  # until everything is imported and collected

HOME = Path(os.environ.get("ZHUNSHENG_HOME") or tempfile.mkdtemp(prefix="zhunsheng-tests-"))
os.environ["ZHUNSHENG_HOME"] = str(HOME)
os.environ["ZHUNSHENG_ROLE_PREFIX"] = "zhunsheng_test"
os.environ["ZHUNSHENG_DEMO"] = "1"

hypothesis_settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", deadline=None, max_examples=2_000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

from tests.cheap import make_cheap  # noqa: E402
from tests.databases import Backend, Cluster, demo_city, external_answers, give_back  # noqa: E402
from tests.snapshots import Shelf  # noqa: E402
from tests.world import World  # noqa: E402

make_cheap()
TESTS = Path(__file__).parent
EXTERNAL_AT_ONCE = {"kernel", "jobs"}
"""The second run of all others, on the external server, belongs to the drills: the suite stays well under eight
minutes."""
EXTERNAL_WITH_THE_LONG = {"web"}
"""Pages and API ask the database through services alone, whose own tests run there: their second run is a long drill,
so that the whole gate stays under half an hour."""
structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.KeyValueRenderer()])


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def pytest_configure(config: pytest.Config) -> None:
    """With several workers the controller builds the templates, so that the workers only clone them."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        config.stash[CLUSTER] = Cluster.start(HOME)


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """The tests of a file go to one worker, which tells their stories once, and all that click to the one that has the
    browser. Drills, some of which take minutes, go each by itself. (The groups of `--dist loadgroup` are silently none
    under pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        if path.startswith("tests/browser/"):
            return "tests/browser"
        plain = self.config.option.markexpr == "not drill" or "[external" in nodeid
        return path if plain else nodeid


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return _ByFile(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: the browser, then the drills. Sealing comes last: it waits for all transactions
    of the server, and the demo city is played in a single one."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 0
    if item.nodeid.startswith("tests/audit/"):
        return 3
    return 2 if "[external" in item.nodeid else 1


def pytest_collection_finish() -> None:
    """What collecting made stays to the end of the run: the garbage collector need not walk through it again and
    again, which was a seventh of all computing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    cluster = config.stash.get(CLUSTER, None)
    if cluster is not None:
        cluster.stop()
    if not hasattr(config, "workerinput"):
        shutil.rmtree(HOME, ignore_errors=True)


CLUSTER = pytest.StashKey[Cluster]()


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Iterator[Cluster]:
    inherited = Cluster.inherited(HOME)
    if inherited is not None:
        yield inherited
        give_back()
        return
    started = Cluster.start(HOME)
    yield started
    give_back()
    started.stop()


def _later(folder: str) -> list[pytest.MarkDecorator]:
    """The marks of a folder's tests on the external server."""
    if folder in EXTERNAL_AT_ONCE:
        return []
    return [pytest.mark.drill, *([pytest.mark.long] if folder in EXTERNAL_WITH_THE_LONG else [])]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        names: list[Any] = ["embedded"]
        if external_answers() and not metafunc.definition.get_closest_marker("browser"):
            folder = metafunc.definition.path.relative_to(TESTS).parts[0]
            names.append(pytest.param("external", marks=_later(folder)))
        metafunc.parametrize("backend", names, indirect=True)


@pytest.fixture
def backend(request: pytest.FixtureRequest, cluster: Cluster) -> Backend:
    return cluster.backend(request.param)


@pytest.fixture(scope="session", autouse=True)
async def worlds(anyio_backend: str) -> AsyncIterator[dict[str, World]]:
    """One event loop a process, and in it one open engine per database: what SQLAlchemy compiled, what PostgreSQL
    prepared and the application built over it serve all tests."""
    opened: dict[str, World] = {}
    yield opened
    for world in opened.values():
        await world.close()


@pytest.fixture(scope="session")
def shelves() -> dict[str, Shelf]:
    """The kept stories of each database of this process."""
    return {}


@pytest.fixture(scope="session")
async def demo_template(cluster: Cluster, anyio_backend: str) -> str:
    """A template of the embedded server: the demo city with its casework, as a visitor finds it."""
    return await demo_city(cluster.backend("embedded"), HOME)


@pytest.fixture
async def world(
    request: pytest.FixtureRequest, backend: Backend, worlds: dict[str, World], shelves: dict[str, Shelf]
) -> AsyncIterator[World]:
    """The city of Xuchang with its demo accounts, as fresh as the template, at 2026-10-09 09:00 in Shanghai.

    Its stories are kept, but not for a test that may have changed the product under them (`monkeypatch`).
    """
    with backend.lent() as url:
        if url not in worlds:
            worlds[url] = World.open(url)
            await worlds[url].meet(backend.staffed(url))
        held = worlds[url]
        held.forget()
        shelf = shelves.setdefault(url, Shelf(backend.owner(url)))
        shelf.begin()
        held.shelf = None if "monkeypatch" in request.fixturenames else shelf
        await held.set_clock("2026-10-09 09:00")
        yield held
