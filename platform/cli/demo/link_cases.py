"""The demo's connected systems: the simulated province, which runs beside the demo, and a receiver of referrals that
is paused (Arts. 17, 18)."""

from __future__ import annotations

from collections.abc import Iterator

from cli.demo.province import HOST, province_port, shared_key
from cli.demo.stage import Case, Stage
from integrations.links import service as links

ADMINISTRATOR = "han"


def link_cases(stage: Stage) -> Iterator[Case]:
    yield _connected(stage)


async def _connected(stage: Stage) -> None:
    await stage.until(1, "15:10")
    async with stage.work(ADMINISTRATOR) as work:
        await links.create(
            work,
            links.LinkInput(
                kind="provincial", name="省行政执法监督平台（演示）", address=f"http://{HOST}:{province_port()}",
                shared=shared_key(), seconds=5,
            ),
        )  # fmt: skip
        made = await links.create(
            work,
            links.LinkInput(kind="discipline", name="建安区纪委监委（演示）", address="https://jiwei.example.gov.cn"),
        )
        await links.set_state(work, made.id, "paused")
