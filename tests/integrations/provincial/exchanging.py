"""A process that pushes and pulls over one link until it is killed: `python -m … URL CITY ORGAN LINK`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update

from integrations.links import service as links
from integrations.links.models import Link, LinkLease, Parcel
from integrations.provincial import service as provincial
from kernel import settings
from kernel.clock import system_now
from kernel.db import engine_for
from kernel.errand import Errand
from kernel.tenancy import TenancySigner
from kernel.work import Database


async def main(url: str, city: UUID, organ: UUID, link: UUID) -> None:
    database = Database(engine_for(url), TenancySigner(settings.load().secret("tenancy")), demo=True)
    carrier = provincial.Carrier()
    carrier.most = 100
    errand = Errand(database, city, organ)
    while True:
        await links.push(errand, link, carrier)
        await provincial.pull(errand, link)
        async with errand.work() as work:
            # Time passes faster here: what waits for its next try has waited.
            soon = system_now() - timedelta(seconds=1)
            await work.session.execute(update(Parcel).where(Parcel.state == "waiting").values(next_at=soon))
            await work.session.execute(update(Link).values(open_until=None))
            # The only process of the link: who held a lease is dead.
            await work.session.execute(delete(LinkLease))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *(UUID(word) for word in sys.argv[2:5])))
