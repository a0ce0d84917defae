"""Instruments on a real database: drafted, approved, served, answered, accepted or lapsed (Arts. 19, 20)."""

from __future__ import annotations

from datetime import date

from supervision.instruments.models import Instrument
from supervision.matters.models import Matter
from tests import stories
from tests.world import World


async def test_a_letter_from_the_draft_to_the_accepted_report(world: World) -> None:
    matter, _, letter, delivery = await stories.served_matter(world)
    assert letter.number == "建司执监督〔2026〕1号"
    assert (delivery.served_on, delivery.due_on) == (date(2026, 10, 9), date(2026, 10, 22))
    assert delivery.objection_until == date(2026, 10, 22)
    await world.set_clock("2026-10-15 10:00")
    reply = await stories.answer_letter(world, delivery.id)
    assert (reply.state, reply.late_workdays) == ("submitted", 0)
    done = await stories.accept_answer(world, letter.id)
    assert done.state == "accepted"
    async with world.work("建安区司法局", "supervisor") as work:
        held = await work.session.get(Matter, (work.city_id, matter.id))
        assert held is not None
        assert held.stage == "to_verify"
        row = await work.session.get(Instrument, (work.city_id, letter.id))
        assert row is not None
        assert row.pdf_sha256
    await stories.close_matter(world, matter.id)
