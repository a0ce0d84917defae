"""What machines ask: alive, ready, metrics; and what the system administrator sees of the same state."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.engine import make_url

from kernel import settings
from kernel.clock import system_now
from kernel.models import ScheduleFire
from kernel.telemetry import figures
from kernel.telemetry.signs import Beat
from tests.web.conftest import Client, Opener, application
from tests.world import World
from web import health
from web.app import Parts, create_app

HERE = "建安区司法局"
TOKEN = "the-token-of-this-test"


@pytest.fixture
def beats(world: World) -> Iterator[list[Beat]]:
    """A web process and a scheduler that show themselves."""
    figures.FACTS["schedule"] = lambda: [
        {"job": "sweep_deadlines", "cron": "", "every": 15, "next": system_now().isoformat()}
    ]
    made = [Beat(world.url, kind) for kind in ("web", "scheduler")]
    for beat in made:
        beat.once()
    yield made
    figures.FACTS.clear()


def app(world: World, **changes: Any) -> httpx.AsyncClient:
    known = dataclasses.replace(settings.load(), metrics_token=TOKEN, **changes)
    made: Any = application(world, known)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=made), base_url="http://testserver")


async def test_ready_names_the_part_that_is_not(world: World) -> None:
    async with app(world) as http:
        fit = await http.get("/health/ready")
        assert (fit.status_code, set(fit.json()["parts"].values())) == (200, {"ok"})
    async with app(world, pool_size="many") as http:
        unfit = await http.get("/health/ready")
        assert (unfit.status_code, unfit.json()["parts"]["settings"]) == (503, "ZHUNSHENG_POOL_SIZE")
    foreign = dataclasses.replace(world.database, signer=dataclasses.replace(world.database.signer, key=b"x" * 32))
    made: Any = create_app(Parts(settings.load(), foreign))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=made), base_url="http://testserver") as http:
        parts = (await http.get("/health/ready")).json()["parts"]
        assert (parts["database"], parts["key"], parts["organs"]) == ("ok", "foreign", "missing")
        assert (await http.get("/health/live")).json() == {"status": "ok"}


async def test_ready_is_behind_when_the_program_is_newer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.telemetry.state.head", lambda: "9999")
    async with app(world) as http:
        answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["parts"]["migrations"]) == (503, "behind")


async def test_ready_says_nothing_of_the_database_s_errors(world: World) -> None:
    gone = dataclasses.replace(settings.load())
    from kernel.db import engine_for
    from kernel.work import Database

    nowhere = make_url(world.url).set(port=1).render_as_string(hide_password=False)
    away = Database(engine_for(nowhere), world.database.signer)
    made: Any = create_app(Parts(gone, away))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=made), base_url="http://testserver") as http:
        answer = await http.get("/health/ready")
    await away.engine.dispose()
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"settings": "ok", "database": "unavailable"}


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong-token-altogether", f"Basic {TOKEN}", TOKEN])
async def test_metrics_need_the_token(world: World, header: str) -> None:
    async with app(world) as http:
        answer = await http.get("/metrics", headers={"authorization": header} if header else {})
    assert answer.status_code == 401
    assert "zhunsheng_" not in answer.text


def test_there_is_always_a_token() -> None:
    known = dataclasses.replace(settings.load(), metrics_token="")
    assert len(health.token(known)) == 64
    assert health.settings_said(dataclasses.replace(known, metrics_token="short")) == "ZHUNSHENG_METRICS_TOKEN"
    assert not health.permitted("Bearer short", "short")


async def test_metrics_carry_every_process(world: World, beats: list[Beat]) -> None:
    async with app(world) as http:
        await http.get("/login")
        figures.JOBS.observe(("sweep_deadlines", "done"), 0.02)
        beats[0].once()
        answer = await http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    found = {family.name: family for family in text_string_to_metric_families(answer.text)}
    alive = {s.labels["kind"]: s.value for s in found["zhunsheng_processes"].samples}
    assert alive == {"web": 1, "scheduler": 1, "relay": 0, "worker": 0}
    for name in ("outbox_lag_seconds", "dead_letters", "overdue_deadlines", "audit_unsealed_seconds", "database_bytes"):
        assert f"zhunsheng_{name}" in found
    requests = [s for s in found["zhunsheng_request_seconds"].samples if s.labels["route"] == "/login"]
    assert any(s.name.endswith("_count") and s.value >= 1 for s in requests)
    buckets = [s for s in found["zhunsheng_job_seconds"].samples if s.name.endswith("_bucket")]
    assert {s.labels["job"] for s in buckets} >= {"sweep_deadlines"}
    assert all(s.value == 0 for s in found["zhunsheng_migration_behind"].samples)


async def test_a_process_that_ends_takes_its_sign_along(world: World, beats: list[Beat]) -> None:
    beats[0].every = 0.01
    beats[0].start()
    beats[0].stop()
    async with world.system() as work:
        kinds = list((await work.session.execute(text("select kind from guard.process_signs()"))).scalars())
    assert kinds == ["scheduler"]


async def test_the_system_administrator_sees_what_is_wrong(world: World, client_for: Opener, beats: list[Beat]) -> None:
    async with world.system() as work:
        work.session.add(ScheduleFire(job="sweep_deadlines", fire_at=system_now()))
    han = await client_for(HERE, "han")
    shown = await han.get("/admin/status")
    assert shown.status_code == 200, shown.text
    for words in (
        "运行状态",
        "任务转发",
        "没有进程在运行",
        "请启动 zhunsheng relay",
        "期限检查",
        "数据库结构",
        "存储空间",
    ):
        assert words in shown.text
    found = (await han.get("/api/v1/admin/status")).json()
    lights = {line["key"]: line["light"] for line in found["lines"]}
    assert (found["light"], lights["web"], lights["relay"], lights["migration"]) == ("red", "green", "red", "green")
    assert [job["light"] for job in found["jobs"] if job["job"] == "sweep_deadlines"] == ["green"]
    assert {p["kind"] for p in found["processes"]} == {"web", "scheduler"}


@pytest.mark.parametrize("username", ["chen", "feng"])
async def test_nobody_else_sees_it(client_for: Opener, username: str) -> None:
    other: Client = await client_for(HERE, username)
    assert (await other.get("/admin/status")).status_code in (403, 404)
    assert (await other.get("/api/v1/admin/status")).status_code in (403, 404)
