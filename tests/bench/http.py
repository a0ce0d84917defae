"""The JSON list of matters and its page against bare ASGI, FastAPI with an ORM and Django REST framework.

Same rows, same query (an organ's open matters by their end), same machine, one run: every server has one worker and
eight connections to the database, and takes its turn under the same client with 32 connections. Ours does what it
always does besides: session, policy, row-level security under signed tenancy, the clock, names and day counts. The
peers do none of it. They are installed for this run alone, in versions pinned in tests/bench/peers/requirements.txt.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from litestar.middleware.csrf import generate_csrf_token

import dev
from kernel import settings
from supervision.matters import selection
from tests.bench._database import Place, durable
from tests.bulk import Bulk, fill
from tests.world import World, fill_city
from web import cookies
from web.sessions import Sessions

PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[2]
CONNECTIONS = 32
READER = ("建安区司法局", "supervisor")
OURS_JSON, OURS_HTML = "ours", "ours_html"
RAW, RAW_ASYNCPG, FASTAPI, DRF = "raw", "raw_asyncpg", "fastapi_orm", "drf"


@dataclass(frozen=True, slots=True)
class Server:
    """Who answers, where, and the address of the list there."""

    name: str
    port: int
    path: str
    cookie: str = ""


def run(*, quick: bool) -> dict[str, object]:
    """Ratios of requests per second: `ratio_to_raw` (same driver), `ratio_to_raw_asyncpg`, `ratio_to_fastapi_orm`,
    `ratio_to_drf`, and `html_to_json`. Raises RuntimeError when anybody answers anything but 200: an error is quick."""
    os.environ["ZHUNSHENG_DEMO"] = "1"
    with durable() as place, contextlib.ExitStack() as held:
        folder = Path(tempfile.mkdtemp(prefix="zhunsheng-peers-"))
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        python = _peers(folder)
        organ, cookie = asyncio.run(_prepared(place, 20_000 if quick else 200_000))
        servers = held.enter_context(_serving(place, python, organ, cookie))
        return _measured(servers, rounds=3 if quick else 7, seconds=2.0 if quick else 8.0)


def _peers(folder: Path) -> Path:
    """An environment with the peers; returns its interpreter."""
    uv = Path(sys.executable).parent / "uv"
    environment = {**os.environ, **dev._uv_index()}
    for command in (
        [uv, "venv", "-q", "--python", sys.executable, folder],
        [uv, "pip", "install", "-q", "--python", folder / "bin" / "python", "-r", PEERS / "requirements.txt"],
    ):
        subprocess.run([str(part) for part in command], env=environment, check=True)
    return folder / "bin" / "python"


async def _prepared(place: Place, size: int) -> tuple[str, str]:
    """Records, and somebody who is logged in: the organ and the cookie."""
    await fill_city(place.url)
    world = World.open(place.url)
    async with world.system() as work:
        today = work.today
    fill(place.owner, await world.directory(), Bulk(size, today))
    actor = await world.actor(*READER)
    token = await Sessions(world.database, world.city_id, 7_200).open(actor.account_id, actor.post_id)
    await world.close()
    # As a browser that was here before, which has the form token too; bound to the host where cookies are secure:
    # under either name it is the same cookie.
    held = {
        cookies.SESSION: token,
        cookies.FORM_TOKEN: generate_csrf_token(secret=settings.load().secret("csrf").hex()),
    }
    pairs = [(cookies.named(name, secure=secure), held[name]) for name in held for secure in (False, True)]
    return str(actor.organ_id), "; ".join(f"{name}={value}" for name, value in pairs)


@contextlib.contextmanager
def _serving(place: Place, python: Path, organ: str, cookie: str) -> Iterator[list[Server]]:
    peer = {
        "BENCH_URL": place.owner,
        "BENCH_CITY": str(place.city_id),
        "BENCH_ORGAN": organ,
        "BENCH_COLUMNS": ", ".join(column.key for column in selection.COLUMNS),
    }
    started: list[tuple[Server, subprocess.Popen[bytes]]] = []

    def start(name: str, path: str, command: list[str], environment: dict[str, str], cookie: str = "") -> None:
        port = _free_port()
        process = subprocess.Popen(
            [part.replace("PORT", str(port)) for part in command],
            env={**os.environ, **environment},
            cwd=PEERS,
            stdout=subprocess.DEVNULL,
        )
        started.append((Server(name, port, path, cookie), process))

    def granian(application: str, interface: str, *more: str) -> list[str]:
        served = ["--interface", interface, "--host", "127.0.0.1", "--port", "PORT", "--workers", "1", "--log-level"]
        return [str(python), "-m", "granian", application, *served, "error", *more]

    try:
        start(
            OURS_JSON,
            "/api/v1/matters",
            [sys.executable, "ours.py", place.url, "PORT"],
            {"PYTHONPATH": _path(), "ZHUNSHENG_DEMO": ""},
            cookie,
        )
        start(RAW, "/", granian("raw:app", "asgi"), peer | {"BENCH_DRIVER": "psycopg"})
        start(RAW_ASYNCPG, "/", granian("raw:app", "asgi"), peer | {"BENCH_DRIVER": "asyncpg"})
        start(FASTAPI, "/matters", granian("fastapi_orm:app", "asgi"), peer)
        start(DRF, "/matters", granian("drf:app", "wsgi", "--blocking-threads", "8"), peer)
        servers = [server for server, _ in started]
        for server, process in started:
            _wait(server.port, process)
        yield [*servers, Server(OURS_HTML, servers[0].port, "/matters", cookie)]
    finally:
        for _, process in started:
            process.terminate()
        for _, process in started:
            process.wait(20)


def _path() -> str:
    return f"{ROOT}{os.pathsep}{ROOT / 'platform'}"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")


def _measured(servers: list[Server], *, rounds: int, seconds: float) -> dict[str, object]:
    rates: dict[str, list[float]] = {server.name: [] for server in servers}
    slow: dict[str, list[float]] = {server.name: [] for server in servers}
    for server in servers:
        _load(server, 1.0)
    for number in range(rounds):
        # Taking turns, the order turned round each time, so that nobody always has the quieter machine.
        for server in servers if number % 2 else reversed(servers):
            found = _load(server, seconds)
            rates[server.name].append(found["per_s"])
            slow[server.name].append(found["p99_ms"])
            if found["bad"]:
                raise RuntimeError(f"{server.name}: {found['bad']:.0f} answers were not 200")
    ours = rates[OURS_JSON]

    def ratio(over: list[float], under: str) -> float:
        return round(statistics.median(a / b for a, b in zip(over, rates[under], strict=True)), 3)

    return {
        "ratio_to_raw": ratio(ours, RAW),
        "ratio_to_raw_asyncpg": ratio(ours, RAW_ASYNCPG),
        "ratio_to_fastapi_orm": ratio(ours, FASTAPI),
        "ratio_to_drf": ratio(ours, DRF),
        "html_to_json": ratio(rates[OURS_HTML], OURS_JSON),
        "per_s": {name: round(statistics.median(found)) for name, found in rates.items()},
        "p99_ms": {name: round(statistics.median(found), 1) for name, found in slow.items()},
    }


def _load(server: Server, seconds: float) -> dict[str, float]:
    command = [sys.executable, PEERS / "load.py", server.port, server.path, CONNECTIONS, seconds, server.cookie]
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found
