"""Bring a database to the present schema: roles, migrations, the tenancy key. Safe to run again at every start."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url

from kernel.places import folder_of
from kernel.settings import Settings
from kernel.tenancy import pads

LOCK = 7_203_441
"""Advisory lock: two hosts that start together migrate one after the other."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The three database roles. Only `app` logs in, and it owns nothing."""

    prefix: str

    @property
    def owner(self) -> str:
        return f"{self.prefix}_owner"

    @property
    def app(self) -> str:
        return f"{self.prefix}_app"

    @property
    def definer(self) -> str:
        return f"{self.prefix}_definer"


def app_url(settings: Settings, owner_url: str) -> str:
    """Address of the same database for the application's role."""
    if settings.app_database_url:
        return _psycopg(make_url(settings.app_database_url)).render_as_string(hide_password=False)
    url = _psycopg(make_url(owner_url)).set(username=Roles(settings.role_prefix).app, password=_app_password(settings))
    return url.render_as_string(hide_password=False)


def _psycopg(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg")


def _app_password(settings: Settings) -> str:
    return hmac.digest(settings.secret("database"), b"application role", "sha256").hex()


def provision(owner_url: str, settings: Settings, *, revision: str = "head") -> None:
    """Create the roles, migrate to `revision` and install the tenancy key. `owner_url` may create roles."""
    engine = create_engine(_psycopg(make_url(owner_url)), isolation_level="AUTOCOMMIT")
    roles = Roles(settings.role_prefix)
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
            try:
                _ensure_roles(connection, roles, _app_password(settings))
                _migrate(engine, roles, revision, settings.secret("tenancy"))
            finally:
                connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
    finally:
        engine.dispose()


def _ensure_roles(connection: Connection, roles: Roles, password: str) -> None:
    for role, options in ((roles.owner, "NOLOGIN"), (roles.app, "LOGIN"), (roles.definer, "NOLOGIN")):
        connection.execute(
            text(
                f"do $$ begin create role {role} {options} nosuperuser nobypassrls noinherit; "
                "exception when duplicate_object or unique_violation then null; end $$"
            )
        )
    database = connection.scalar(text("select current_database()"))
    connection.execute(
        text(
            "do $$ begin "
            f"execute format('alter role {roles.app} password %L', '{password}'); "
            "exception when internal_error then null; end $$"
        )
    )
    for statement in (
        f"grant {roles.owner}, {roles.definer} to current_user",
        f"grant {roles.definer} to {roles.owner}",
        f'grant create, connect on database "{database}" to {roles.owner}',
        f'grant connect on database "{database}" to {roles.app}',
        f"grant create, usage on schema public to {roles.owner}",
    ):
        connection.execute(text(statement))


def _migrate(engine: Engine, roles: Roles, revision: str, key: bytes) -> None:
    """All pending migrations and the key in one transaction: a failed upgrade leaves the schema as it was."""
    # Imported here: every process asks this module for its address, few migrate.
    from alembic import command
    from alembic.config import Config

    inner, outer = pads(key)
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        connection.execute(text(f"set role {roles.owner}"))
        connection.execute(text("set lock_timeout = '10s'"))
        config = Config()
        config.set_main_option("script_location", str(folder_of("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.execute(text("select guard.install_key(:inner, :outer)"), {"inner": inner, "outer": outer})
        connection.execute(text("reset role"))
        connection.commit()
