"""An organ changes what its rule book opens, with a reason, for what begins from then on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kernel.errors import Denied, Invalid
from kernel.models import AuditEntry
from policy import rulebook as books
from supervision.deadlines import adjusting
from supervision.deadlines import service as deadlines
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.world import World

LETTER = "instrument.answer.urging_letter"
WHY = "辖区执法单位点多面广，适当延长。"


async def adjust(world: World, key: str, amount: int, unit: str, role: str = "supervision_leader") -> None:
    async with world.work(BODY, role) as work:
        await adjusting.adjust(work, key, amount, unit, WHY)


async def test_a_new_length_holds_for_new_letters_and_running_ones_keep_theirs(world: World) -> None:
    *_, first = await stories.served_matter(world)
    await adjust(world, LETTER, 12, "working_day")
    *_, second = await stories.served_matter(world)
    assert (first.term_amount, second.term_amount) == (10, 12)
    async with world.work(BODY) as work:
        held = await deadlines.get(work, first.deadline_id)  # type: ignore[arg-type]
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "adjust_rule"))).one()
        assert held.amount == 10
    assert "10 个工作日" in entry.title
    assert entry.detail["note"] == WHY
    async with world.work(SUPERVISED) as work:
        assert (await deadlines.rulebook(work)).deadline(LETTER).amount == 10


async def test_counts_and_days_are_changed_too_and_the_way_back_is_the_books_value(world: World) -> None:
    book = books.default()
    limit = next(one for one in book.limits if one.tenant_may_change)
    await adjust(world, limit.key, limit.count + 1, "times", "security_admin")
    async with world.work(BODY) as work:
        assert (await deadlines.rulebook(work)).limit(limit.key) == limit.count + 1
    await adjust(world, limit.key, limit.count, "times")
    async with world.work(BODY) as work:
        rows = {row.key: row for row in await adjusting.adjustable(work)}
    assert not rows[limit.key].changed
    day = next((one for one in book.due_days if one.tenant_may_change), None)
    if day is not None:
        await adjust(world, day.key, 3, "day-15")
        async with world.work(BODY) as work:
            found = (await deadlines.rulebook(work)).due_day(day.key)
        assert (found.month, found.day, found.source) == (3, 15, "tenant")
        with pytest.raises(Invalid, match="每年都有"):
            await adjust(world, day.key, 2, "day-29")


@pytest.mark.parametrize(
    ("key", "amount", "unit"),
    [
        ("qualification_cancelled", 1, "year"),
        ("nothing.at.all", 1, "working_day"),
        (LETTER, 0, "working_day"),
        (LETTER, 10, "fortnight"),
        (LETTER, 10, "working_day"),
        (LETTER, 3, "day-15"),
    ],
)
async def test_what_the_book_does_not_open_stays(world: World, key: str, amount: int, unit: str) -> None:
    with pytest.raises(Invalid):
        await adjust(world, key, amount, unit)


@pytest.mark.parametrize("role", ["supervisor", "system_admin", "audit_admin"])
async def test_nobody_else_changes_rules(world: World, role: str) -> None:
    with pytest.raises(Denied, match="规则"):
        await adjust(world, LETTER, 12, "working_day", role)
