"""The database that the commands work on: the embedded one of this home, or the operator's own."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg

from cli.console import Failed
from kernel import settings
from kernel.backup.spool import SERVER_SETTINGS, SPOOL
from kernel.embedded import EmbeddedServer
from kernel.places import folder_of
from kernel.processes import EmbeddedError
from kernel.settings import Settings
from kernel.tenancy import VISITOR, TenancySigner

if TYPE_CHECKING:
    from kernel.work import Database

DATABASE = "zhunsheng"
STAMP = "setup"
"""Row of reference_version with the fingerprint of what was migrated and loaded last."""
DEMO = "demo"
"""Row of reference_version that marks a database of the demo city."""


@dataclass(frozen=True, slots=True)
class Installation:
    """An open database. `owner_url` may create roles and migrate; `app_url` is the application's role."""

    settings: Settings
    owner_url: str
    app_url: str
    server: EmbeddedServer | None

    def environment(self) -> dict[str, str]:
        """For child processes: the application's role alone, so that none of them can change the schema."""
        kept = {name: value for name, value in os.environ.items() if name != "ZHUNSHENG_DATABASE_URL"}
        return kept | {"ZHUNSHENG_APP_DATABASE_URL": self.app_url, "ZHUNSHENG_DEMO": self.settings.demo}

    def versions(self) -> dict[str, int] | None:
        """Versions of the reference data, read as the application; None while there is no usable schema.

        Light on purpose: no ORM, so that a second start is quick.
        """
        signed = TenancySigner(self.settings.secret("tenancy")).sign(self.settings.city_id, VISITOR)
        try:
            with psycopg.connect(self.app_url.replace("+psycopg", ""), connect_timeout=5) as connection:
                connection.execute("select set_config('zs.tenancy', %s, true)", [signed])
                rows = connection.execute("select name, version from reference_version").fetchall()
        except psycopg.OperationalError as error:
            if self.server is None and not isinstance(error, psycopg.errors.InvalidPassword):
                self._refuse_unreachable(error)
            return None
        except psycopg.Error:
            return None
        return dict(rows)

    def _refuse_unreachable(self, error: psycopg.Error) -> None:
        """The application's role may not exist yet; but the owner must be able to connect."""
        try:
            psycopg.connect(self.owner_url.replace("+psycopg", ""), connect_timeout=5).close()
        except psycopg.Error as refused:
            raise Failed(f"ZHUNSHENG_DATABASE_URL: {str(refused).strip()}") from error

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The application's engine for the length of a block."""
        from kernel.db import engine_for
        from kernel.work import Database

        engine = engine_for(self.app_url, pool_size=2)
        try:
            yield Database(engine, TenancySigner(self.settings.secret("tenancy")), demo=self.settings.demo_mode)
        finally:
            await engine.dispose()


@contextlib.contextmanager
def opened(*, running: bool = False) -> Iterator[Installation]:
    """Open the installation's database; the embedded server is started if need be and stopped afterwards.

    `running`: Failed unless an embedded server already runs, because the caller is only a guest of `up`.
    """
    known = settings.load()
    if known.database_url:
        yield Installation(known, known.database_url, _app_url(known, known.database_url), None)
        return
    archive = bool(known.backup_dir)
    server = EmbeddedServer(
        known.home_path, settings=SERVER_SETTINGS if archive else None, folders=(SPOOL,) if archive else ()
    )
    try:
        address = server.start()
        if running and server.owned:
            raise Failed("nothing runs here: start `zhunsheng up`, or set ZHUNSHENG_DATABASE_URL   系统未在运行")
        _create_database(address.url("postgres"))
        owner = address.url(DATABASE).replace("postgresql://", "postgresql+psycopg://")
        yield Installation(known, owner, _app_url(known, owner), server)
    except EmbeddedError as error:
        raise Failed(str(error)) from error
    finally:
        server.stop()


def _app_url(known: Settings, owner_url: str) -> str:
    """`kernel.provision.app_url` without SQLAlchemy, which a second start has no need of."""
    if known.app_database_url or "://" not in owner_url or known.database_url:
        from kernel.provision import app_url

        return app_url(known, owner_url)
    password = hmac.digest(known.secret("database"), b"application role", "sha256").hex()
    rest = owner_url.rpartition("@")[2]
    return f"postgresql+psycopg://{quote(known.role_prefix)}_app:{password}@{rest}"


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(f"create database {DATABASE}")


def fingerprint(known: Settings) -> int:
    """Of all that preparing a database depends on: when the stamp in the database equals it, nothing is to do."""
    folders = [folder_of(package) for package in ("migrations", "tenants.organs", "cli.demo", "kernel")]
    digest = hashlib.sha256(repr((known.city, known.role_prefix, known.demo_mode)).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".sql", ".csv", ".toml") and path.is_file():
                digest.update(str(path.relative_to(folder)).encode())
                digest.update(path.read_bytes())
    digest.update((folder_of("cli") / "seed.py").read_bytes())
    return int.from_bytes(digest.digest()[:7])
