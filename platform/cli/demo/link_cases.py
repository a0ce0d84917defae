"""The demo's connected systems, all simulated by one process beside the demo: the province, the hotline and a receiver
of referrals (Arts. 17, 18)."""

from __future__ import annotations

from collections.abc import Iterator

from cli.demo.province import DISCIPLINE, HOST, HOTLINE, province_port, shared_key
from cli.demo.stage import Case, Stage
from integrations.links import service as links

ADMINISTRATOR = "han"


def link_cases(stage: Stage) -> Iterator[Case]:
    yield _connected(stage)


async def _connected(stage: Stage) -> None:
    await stage.until(1, "15:10")
    base = f"http://{HOST}:{province_port()}"
    systems = (
        ("provincial", "省行政执法监督平台（演示）", ""),
        ("hotline", "12345 政务服务便民热线（演示）", HOTLINE),
        ("discipline", "建安区纪委监委（演示）", DISCIPLINE),
    )
    async with stage.work(ADMINISTRATOR) as work:
        for kind, name, path in systems:
            given = links.LinkInput(
                kind=kind, name=name, address=base + path, shared=shared_key(path), seconds=5, pulls=path == HOTLINE
            )
            await links.create(work, given)
