"""Who is below an organ by the line in a period: the dated tree for those who add up by it themselves."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.work import Work
from reporting.figures import repository, rules
from reporting.figures.periods import Period


async def line_below(work: Work, organ_id: UUID, period: Period) -> dict[UUID, set[UUID]]:
    """The organs directly below an organ in its business line (Art. 2(2)), each with everything below it, as the tree
    stood in the period's last month. Who may know is for the caller to ask."""
    pairs = await repository.line_pairs(work, [organ_id], period.last_month)
    inside = [organ for _, organ in pairs]
    pairs |= await repository.line_pairs(work, inside, period.last_month) if inside else set()
    return rules.directly_below(pairs, organ_id)


async def lines_of(work: Work, organ_ids: Sequence[UUID], period: Period) -> set[tuple[UUID, UUID]]:
    """(ancestor, organ) of everybody in the lines of several organs, as the tree stood in the period's last month."""
    return await repository.line_pairs(work, organ_ids, period.last_month)
