"""Template databases and their clones, on the embedded server and on an external one where it answers."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TextIO
from uuid import UUID

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from cli.demo import clock
from cli.demo.cases import load_cases
from kernel import settings
from kernel.embedded import EmbeddedServer
from kernel.ids import new_id
from kernel.provision import app_url, provision
from tests.reset import remember, restore
from tests.world import World, fill_city

STATE = "ZS_TEST_CLUSTER"
EXTERNAL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


def external_answers() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 5432), timeout=0.5).close()
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Backend:
    """One server with a filled template database."""

    name: str
    admin_url: str
    template: str

    @contextlib.contextmanager
    def clone(self, template: str = "") -> Iterator[str]:
        """A fresh copy of the template, or of another: yields the address for the application's role."""
        name = f"zs_{new_id().hex}"
        engine = create_engine(self.admin_url, isolation_level="AUTOCOMMIT")
        try:
            yield self.copy(template or self.template, name)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"drop database {name} with (force)"))
            engine.dispose()

    def copy(self, template: str, name: str) -> str:
        """Make the database `name` from a template; returns its address for the application's role."""
        engine = create_engine(self.admin_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {name} template {template}"))
            connection.execute(text(f"alter database {name} set synchronous_commit = off"))
        engine.dispose()
        owner = make_url(self.admin_url).set(database=name).render_as_string(hide_password=False)
        return app_url(settings.load(), owner)

    @contextlib.contextmanager
    def lent(self) -> Iterator[str]:
        """This process's own copy, brought back to the template's content afterwards: for tests that leave nothing
        but rows behind."""
        if self.name not in _LENT:
            # The embedded server is deleted after the run, and its copies with it.
            kept = self.name == "embedded"
            opened = contextlib.nullcontext(self.copy(self.template, f"zs_{new_id().hex}")) if kept else self.clone()
            _LENT[self.name] = (opened, opened.__enter__())
        url = _LENT[self.name][1]
        try:
            yield url
        finally:
            with self.owner(url).begin() as connection:
                restore(connection)

    def rows(self, url: str, *, without: frozenset[str] = frozenset()) -> dict[str, int]:
        """How many rows every table of a lent copy has, as its owner sees them."""
        with self.owner(url).connect() as connection:
            listed = text("select tablename from pg_tables where schemaname = 'public' order by tablename")
            names = [name for name in connection.scalars(listed) if name not in without]
            counts = ", ".join(f'(select count(*) from "{name}") as "{name}"' for name in names)
            return dict(connection.execute(text(f"select {counts}")).mappings().one())

    def staffed(self, url: str) -> list[UUID]:
        """The organs in which somebody has a post."""
        with self.owner(url).connect() as connection:
            return list(connection.scalars(text("select distinct organ_id from post")))

    def disconnect(self, url: str) -> int:
        """Have the server drop every connection of others to a lent copy. Returns their number."""
        ended = text(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        with self.owner(url).connect() as connection:
            return int(connection.execute(ended).scalar_one())

    def owner(self, url: str) -> Engine:
        """The superuser's engine of a lent copy, one a process."""
        if url not in _OWNERS:
            _OWNERS[url] = create_engine(make_url(self.admin_url).set(database=make_url(url).database))
        return _OWNERS[url]


async def demo_city(backend: Backend, folder: Path) -> str:
    """The name of the template with the demo city's casework: played once a run, whichever process asks first."""
    with _told(folder / "demo-city") as told:
        if not (name := told.read()):
            name = f"{backend.template}_demo"
            world = World.open(backend.copy(backend.template, name))
            await load_cases(world.database, world.city_id)
            await clock.set_shift(world.database, world.city_id, timedelta())
            await world.close()
            told.write(name)
        return name


_LENT: dict[str, tuple[contextlib.AbstractContextManager[str], str]] = {}
_OWNERS: dict[str, Engine] = {}


def give_back() -> None:
    """Drop the copies that this process was lent."""
    for opened, _ in _LENT.values():
        opened.__exit__(None, None, None)
    _LENT.clear()
    for engine in _OWNERS.values():
        engine.dispose()
    _OWNERS.clear()


@dataclass(slots=True)
class Cluster:
    """The servers of one test run. The template of the external one is made when a test first asks for it."""

    folder: Path
    """The run's own, where its processes tell each other what is there."""
    backends: dict[str, Backend]
    server: EmbeddedServer | None = field(default=None)

    @classmethod
    def start(cls, folder: Path) -> Cluster:
        server = EmbeddedServer.ephemeral()
        url = server.start().url("postgres").replace("postgresql://", "postgresql+psycopg://")
        backend = _template("embedded", url)
        os.environ[STATE] = json.dumps([backend.admin_url, backend.template])
        return cls(folder, {"embedded": backend}, server)

    @classmethod
    def inherited(cls, folder: Path) -> Cluster | None:
        state = os.environ.get(STATE)
        return None if state is None else cls(folder, {"embedded": Backend("embedded", *json.loads(state))})

    def backend(self, name: str) -> Backend:
        if name not in self.backends:
            with _told(self.folder / name) as told:
                if not (template := told.read()):
                    # In a thread of its own: here an event loop may be at hand.
                    with ThreadPoolExecutor(1) as thread:
                        template = thread.submit(_template, name, EXTERNAL).result().template
                    told.write(template)
            self.backends[name] = Backend(name, EXTERNAL, template)
        return self.backends[name]

    def stop(self) -> None:
        os.environ.pop(STATE, None)
        with _told(self.folder / "external") as told:
            template = told.read()
        if template:
            engine = create_engine(EXTERNAL, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"drop database if exists {template} with (force)"))
            engine.dispose()
        if self.server is not None:
            self.server.stop()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[TextIO]:
    """A file that one process of the run writes and the others read; who opens it first has it alone."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file


def _template(name: str, admin_url: str) -> Backend:
    template = f"zs_template_{os.getpid()}_{new_id().hex[-8:]}"
    engine = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(f"create database {template} template template0 encoding 'UTF8' locale 'C.UTF-8'")
            if name == "external"
            else text(f"create database {template}")
        )
    engine.dispose()
    owner = make_url(admin_url).set(database=template).render_as_string(hide_password=False)
    provision(owner, settings.load())
    asyncio.run(fill_city(app_url(settings.load(), owner)))
    filled = create_engine(owner)
    with filled.begin() as connection:
        remember(connection)
    filled.dispose()
    return Backend(name, admin_url, template)
