"""`zhunsheng province`: the simulated provincial platform, for demonstrations and tests, on this machine alone. As
the demo's it has the simulated hotline and receiver of referrals beside it, in the same process."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from cli.demo.province import DISCIPLINE, HOST, HOTLINE, province_port, shared_key
from integrations.hotline12345.simulator.app import Hotline, create_simulator
from integrations.hotline12345.simulator.demo import ORDERS
from integrations.links.signing import for_peer, new_keys
from integrations.provincial.simulator.app import create
from integrations.provincial.simulator.demo import fill
from integrations.provincial.simulator.faults import Faults
from integrations.provincial.simulator.store import Store
from kernel import settings
from kernel.lifeline import PARENT, end_with, end_with_launcher

App = Callable[..., Awaitable[Any]]


def _beside(main: App, home: Path) -> App:
    """The province, and below their paths the other simulated systems of the demo."""
    hotline, discipline = (for_peer(new_keys("hmac-sm3", shared=shared_key(path))) for path in (HOTLINE, DISCIPLINE))
    others: dict[str, App] = {
        HOTLINE: create_simulator(Hotline(hotline, list(ORDERS), kept=home / "hotline.jsonl")),
        DISCIPLINE: create(Store(home / "discipline.db"), discipline),
    }

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for path, other in others.items():
            if scope["type"] == "http" and scope["path"].startswith(f"{path}/"):
                await other({**scope, "path": scope["path"].removeprefix(path)}, receive, send)
                return
        await main(scope, receive, send)

    return app


def province(port: int = 0, store: str = "", faults: str = "", shared: str = "") -> int:
    """Serve until SIGTERM. `store`: a file, by default in the home; `faults`: JSON of simulator.faults.Faults."""
    if PARENT in os.environ:
        end_with_launcher()
    path = Path(store) if store else settings.load().home_path / "province.db"
    wrong = msgspec.json.decode(faults or "{}", type=Faults)
    keys = for_peer(new_keys("hmac-sm3", shared=shared or shared_key()))
    master = os.getpid()

    def load(_target: str) -> App:
        end_with(master)
        held = Store(path)
        if store:
            return create(held, keys, wrong)
        fill(held)
        return _beside(create(held, keys, wrong), path.parent)

    Granian(
        "integrations.provincial.simulator.app:create",
        address=HOST,
        port=port or province_port(),
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        log_level=LogLevels.warning,
    ).serve(target_loader=load)
    return 0
