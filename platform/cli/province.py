"""`zhunsheng province`: the simulated provincial platform, for demonstrations and tests, on this machine alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from cli.demo.province import HOST, province_port, shared_key
from integrations.links.signing import for_peer, new_keys
from integrations.provincial.simulator.app import create
from integrations.provincial.simulator.demo import fill
from integrations.provincial.simulator.faults import Faults
from integrations.provincial.simulator.store import Store
from kernel import settings
from kernel.lifeline import PARENT, end_with, end_with_launcher


def province(port: int = 0, store: str = "", faults: str = "", shared: str = "") -> int:
    """Serve until SIGTERM. `store`: a file, by default in the home; `faults`: JSON of simulator.faults.Faults."""
    if PARENT in os.environ:
        end_with_launcher()
    path = Path(store) if store else settings.load().home_path / "province.db"
    wrong = msgspec.json.decode(faults or "{}", type=Faults)
    keys = for_peer(new_keys("hmac-sm3", shared=shared or shared_key()))
    master = os.getpid()

    def load(_target: str) -> Callable[..., Any]:
        end_with(master)
        held = Store(path)
        if not store:
            fill(held)
        application: Callable[..., Any] = create(held, keys, wrong)
        return application

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
