"""What happens to a clue, for the channel that it came by (Art. 17): told inside the step's own transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kernel.work import Work
from supervision.clues.models import Clue

Listener = Callable[[Work, Clue, str, str], Awaitable[None]]
"""(work, clue, event, words). Events: registered, accept, pass_on, in_matter, merge, and ``result`` with the words for
the channel, whether the clue was answered, was not taken up, or ended with another one."""

_LISTENERS: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have a part above hear of every event; one that is registered twice hears once."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


async def tell(work: Work, clue: Clue, event: str, words: str = "") -> None:
    for listener in _LISTENERS:
        await listener(work, clue, event, words)
