"""Demo of what reaches people and systems outside: a proved address, a key of the API, a webhook (Arts. 17 to 20).

The address and the systems are invented; in the demo nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cli.demo.stage import Case, Stage
from integrations.notify import service as notify
from integrations.webhooks import service as webhooks
from tenants.keys import service as keys

ADMINISTRATOR = "han"
PEOPLE = {"chen": "chen@jianan.example", "han": "han@jianan.example"}
HOOK = "https://oa.jianan.example/zhunsheng"


def connected_cases(stage: Stage) -> Iterator[Case]:
    yield _reached(stage)
    yield _systems(stage)


async def _reached(stage: Stage) -> None:
    """Two people give and prove an e-mail address."""
    await stage.until(1, "16:00")
    for username, given in PEOPLE.items():
        async with stage.work(username) as work:
            view = await notify.set_address(work, "email", given)
            await notify.verify(work, "email", view.demo_code)


async def _systems(stage: Stage) -> None:
    """The organ's office system reads with a key and may be told of documents."""
    await stage.until(1, "16:10")
    async with stage.work(ADMINISTRATOR) as work:
        scopes = ["clues:write", "deadlines:read", "instruments:read", "matters:read"]
        await keys.make(work, "区司法局办公系统（演示）", scopes, work.today + timedelta(days=180), 120)
        events = ["matter.opened", "instrument.issued", "reply.received"]
        made = await webhooks.add(work, "区司法局办公系统（演示）", HOOK, events)
        # Nothing listens at an invented address.
        await webhooks.switch(work, made.endpoint.id, on=False)
