"""What waits among returns and yearly papers, for the desk and the numbers beside the navigation: both parts lie above
the desk, so the page puts them beside it."""

from __future__ import annotations

from kernel.work import Work
from reporting.annual import service as annual
from reporting.returns import service as returns
from reporting.returns.views import WaitingLine

MOST = 6


async def numbers(work: Work) -> dict[str, int]:
    """Keys return, annual, and reporting for both together."""
    found = {"return": await returns.count_waiting(work), "annual": await annual.count_waiting(work)}
    return {**found, "reporting": found["return"] + found["annual"]}


async def lines(work: Work) -> list[WaitingLine]:
    """What waits for the acting post, earliest day first."""
    found = [*await returns.waiting(work, MOST), *await annual.waiting(work, MOST)]
    return sorted(found, key=lambda line: line.due_on)[:MOST]
