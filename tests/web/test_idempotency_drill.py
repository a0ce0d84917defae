"""Many duplicates of many keys at once while the web process is killed: effects = keys."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from cli.demo.accounts import password
from kernel.lifeline import PARENT
from kernel.models import AuditEntry, IdempotencyRecord
from supervision.clues.models import Clue
from tests.stories import BODY, SUPERVISED
from tests.world import World

pytestmark = pytest.mark.drill
ROOT = Path(__file__).resolve().parents[2]
KEYS, DUPLICATES, AT_ONCE = 32, 16, 4


@dataclass
class Server:
    """A web process on one port, started again after every kill."""

    url: str
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)
    kills: int = 0

    async def start(self) -> None:
        environment = {**os.environ, "ZHUNSHENG_PORT": str(self.port), PARENT: str(os.getpid())}
        environment["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'platform'}"
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "web"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        assert self.process.stdin is not None
        self.process.stdin.write(f"{self.url}\n".encode())
        self.process.stdin.close()
        async with httpx.AsyncClient() as http:
            for _ in range(600):
                assert self.process.poll() is None, self.log.read_text()
                try:
                    if (await http.get(f"http://127.0.0.1:{self.port}/health/live")).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
        raise AssertionError(f"the web server does not answer: {self.log.read_text()}")

    async def kill(self) -> None:
        """kill -9 of the server and of the workers that it started."""
        assert self.process is not None
        listed = await asyncio.create_subprocess_exec(
            "ps", "-o", "pid=", "--ppid", str(self.process.pid), stdout=subprocess.PIPE
        )
        workers, _ = await listed.communicate()
        for pid in [self.process.pid, *map(int, workers.split())]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        self.kills += 1


async def test_sixteen_duplicates_of_every_key_while_the_server_is_killed(world: World, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(world.url, free.getsockname()[1], tmp_path / "web.log")
    await server.start()
    base = f"http://127.0.0.1:{server.port}"
    limits = httpx.Limits(max_connections=AT_ONCE * DUPLICATES)
    async with httpx.AsyncClient(base_url=base, timeout=30, limits=limits) as http:
        who = {"organ_id": str(await world.organ(BODY)), "username": "chen", "password": password()}
        opened = await http.post("/api/v1/session", json=who)
        token = {"x-csrftoken": opened.json()["csrf_token"]}
        keys = {f"drill-{uuid4()}": n for n in range(KEYS)}
        subject = str(await world.organ(SUPERVISED))
        answers: dict[str, set[str]] = {key: set() for key in keys}

        async def send(key: str) -> int:
            facts = f"10月8日上午，执法人员扣押第{keys[key]}辆三轮车，没有出具扣押决定书。"
            title = f"扣押三轮车没有出具决定书（{keys[key]}）"
            body: dict[str, Any] = {"source": "hotline", "title": title, "facts": facts, "subject_organ_id": subject}
            try:
                answer = await http.post("/api/v1/clues", json=body, headers={**token, "idempotency-key": key})
            except httpx.HTTPError:
                return 0
            if answer.status_code == 201:
                answers[key].add(answer.text)
            return answer.status_code

        try:
            names = list(keys)
            for n, first in enumerate(range(0, KEYS, AT_ONCE)):
                calls = [
                    asyncio.create_task(send(k)) for k in names[first : first + AT_ONCE] for _ in range(DUPLICATES)
                ]
                if n % 2 == 0:
                    await asyncio.sleep(0.02 * (n + 1))
                    await server.kill()
                    await server.start()
                await asyncio.gather(*calls)
            assert {await send(key) for key in names} == {201}
        finally:
            if server.process is not None and server.process.poll() is None:
                server.process.send_signal(signal.SIGTERM)
                server.process.wait(timeout=20)
    assert server.kills >= KEYS // AT_ONCE // 2
    assert all(len(said) == 1 for said in answers.values())
    async with world.work(BODY) as work:
        for model, where in (
            (Clue, Clue.organ_id == work.organ_id),
            (IdempotencyRecord, IdempotencyRecord.organ_id == work.organ_id),
            (AuditEntry, AuditEntry.action == "register"),
        ):
            number = await work.session.scalar(select(func.count()).select_from(model).where(where))
            assert number == KEYS, f"{model.__name__}: {number}"
