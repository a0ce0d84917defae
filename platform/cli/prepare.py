"""From any state of a database to one that can be served. Every step may be run again; a stamp skips them all."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable

from cli.console import Failed, step
from cli.installation import DEMO, STAMP, Installation, fingerprint


def ensure_ready(installation: Installation) -> None:
    """Migrate and load what is missing; next to nothing when the stamp in the database says so.

    Failed when a demo start meets a database of real work, or a real start one of the demo city.
    """
    wanted = fingerprint(installation.settings)
    versions = installation.versions()
    _refuse_mixture(installation, versions or {})
    if versions is not None and versions.get(STAMP) == wanted:
        return
    import uvloop

    migrate(installation)
    # A few seconds of short-lived objects: the collector would look at them again and again.
    gc.disable()
    uvloop.run(_load(installation, wanted))
    gc.enable()


def refuse_other_mode(installation: Installation) -> None:
    """For a service of its own: a demo's processes work on the demo's database, and nobody else's do."""
    versions = installation.versions() or {}
    _refuse_mixture(installation, {STAMP: 0, **versions})


def _refuse_mixture(installation: Installation, versions: dict[str, int]) -> None:
    if STAMP not in versions:
        return
    if installation.settings.demo_mode and DEMO not in versions:
        raise Failed("this database is not a demo: set another ZHUNSHENG_HOME for it   演示模式不能使用正式库")
    if not installation.settings.demo_mode and DEMO in versions:
        raise Failed("this database holds the demo city: start with --demo, or set another ZHUNSHENG_HOME   演示库")


def migrate(installation: Installation) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from kernel.provision import provision

    try:
        with step("Schema, roles, row-level security   数据库结构"):
            provision(installation.owner_url, installation.settings)
    except SQLAlchemyError as error:
        raise Failed(f"migration failed, the schema is as it was:\n{error}") from error


async def load_calendar(installation: Installation) -> None:
    """Working days, without which no deadline can be counted."""
    from cli import seed

    async with installation.database() as database:
        with step("Working-day calendar   工作日历"):
            await seed.load_calendar(database, installation.settings.city_id)


async def _load(installation: Installation, wanted: int) -> None:
    from cli import seed

    await load_calendar(installation)
    if installation.settings.demo_mode:
        for label, load in _demo_steps(installation):
            with step(label):
                await load()
    async with installation.database() as database:
        await seed.set_version(database, installation.settings.city_id, STAMP, wanted)


def _demo_steps(installation: Installation) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    from cli import seed
    from cli.demo import accounts, cases, clock

    known = installation.settings
    city_id = known.city_id

    async def run(load: Callable[..., Awaitable[object]]) -> object:
        async with installation.database() as database:
            return await load(database, city_id)

    return [
        ("Organs of Xuchang   许昌市单位", lambda: run(seed.load_city)),
        ("Demo accounts   演示账号", lambda: run(accounts.load_accounts)),
        ("Demo clock   演示时钟", lambda: run(clock.ensure)),
        ("Demo cases   演示案件", lambda: run(cases.load_cases)),
    ]
