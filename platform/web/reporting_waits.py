"""What waits among returns and yearly papers, for the desk and the numbers beside the navigation: both parts lie above
the desk, so the page puts them beside it."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.tallies import Tally
from kernel.work import Work
from reporting.annual import service as annual
from reporting.returns import service as returns
from reporting.returns.views import WaitingLine

MOST = 6


def tallies(work: Work) -> dict[str, Tally]:
    """What is counted under the keys return and annual."""
    found = {"return": returns.tally(work), "annual": annual.tally(work)}
    return {name: tally for name, tally in found.items() if tally is not None}


def summed(numbers: Mapping[str, int]) -> dict[str, int]:
    """The numbers with return, annual, and reporting for both together."""
    waiting = {name: numbers.get(name, 0) for name in ("return", "annual")}
    return {**numbers, **waiting, "reporting": sum(waiting.values())}


async def lines(work: Work) -> list[WaitingLine]:
    """What waits for the acting post, earliest day first."""
    found = [*await returns.waiting(work, MOST), *await annual.waiting(work, MOST)]
    return sorted(found, key=lambda line: line.due_on)[:MOST]
