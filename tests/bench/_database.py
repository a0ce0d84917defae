"""A durable database of its own for a bench, with the product's schema and no rows."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from kernel import settings
from kernel.db import engine_for
from kernel.embedded import EmbeddedServer
from kernel.provision import app_url, provision
from kernel.tenancy import TenancySigner
from kernel.work import Database


@dataclass(frozen=True, slots=True)
class Place:
    """Where the product works: addresses of the application's role and of the superuser, and the city."""

    url: str
    owner: str
    city_id: UUID

    def database(self, pool_size: int = 8) -> Database:
        """A database of this process; its engine is the caller's to dispose."""
        return Database(engine_for(self.url, pool_size=pool_size), TenancySigner(settings.load().secret("tenancy")))


@contextmanager
def durable() -> Iterator[Place]:
    """Processes that are started meanwhile find its settings in their environment."""
    home = Path(tempfile.mkdtemp(prefix="zhunsheng-bench-"))
    home.chmod(0o711)
    before = os.environ.get("ZHUNSHENG_HOME")
    os.environ["ZHUNSHENG_HOME"] = str(home)
    settings.load.cache_clear()
    server = EmbeddedServer(home)
    try:
        owner = server.start().url("postgres").replace("postgresql://", "postgresql+psycopg://")
        known = settings.load()
        provision(owner, known)
        yield Place(app_url(known, owner), owner.replace("+psycopg", ""), known.city_id)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop("ZHUNSHENG_HOME")
        if before is not None:
            os.environ["ZHUNSHENG_HOME"] = before
        settings.load.cache_clear()
