"""A complaint without a log-in becomes the competent department's clue, and its author reads plain words by a code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from kernel.clock import system_now
from kernel.errors import Invalid, NotFound
from kernel.models import AuditEntry, TimelineEvent
from supervision.channels import proof
from supervision.channels import service as channels
from supervision.channels.models import PublicComplaint
from supervision.clues import commands as clues_commands
from supervision.clues import service as clues
from supervision.clues.models import Clue, Complainant
from supervision.deadlines.models import Deadline, Notice
from tests.supervision.channels.things import BODY, CITY, CODE, NAME, PHONE, SUBJECT, complain, visiting
from tests.world import World


async def test_a_complaint_is_a_clue_of_the_department_of_its_organ(world: World) -> None:
    done = await complain(world)
    assert done.organ.endswith("建安区司法局")
    assert done.code == "7K3M-92QX-7K3M-92QX"
    async with world.work(BODY, "supervisor") as work:
        [clue] = (await work.session.scalars(select(Clue).where(Clue.source == "complaint"))).all()
        assert (clue.subject_organ_id, clue.state) == (await world.organ(SUBJECT), "new")
        assert clue.next_due_on == done.accept_by
        seen = await clues.view(work, clue.id)
        assert seen.complainant is not None
        assert seen.complainant.confidential
        assert seen.complainant.name == "张某某"
        channel = await channels.of_clue(work, clue)
        assert channel is not None
        assert channel.kind == "public"


async def test_the_same_form_again_is_the_same_complaint(world: World) -> None:
    assert await complain(world) == await complain(world)
    async with world.work(BODY) as work:
        assert len((await work.session.scalars(select(PublicComplaint))).all()) == 1
        assert len((await work.session.scalars(select(Clue).where(Clue.source == "complaint"))).all()) == 1


async def test_where_it_goes(world: World) -> None:
    tree = await world.directory()
    city, district = await world.organ("许昌市政府"), await world.organ("建安区政府")
    body, above = await world.organ(BODY), await world.organ(CITY)
    from supervision.channels.complaints import handler

    assert handler(tree, await world.organ("尚集镇政府"), None) == body
    assert handler(tree, None, district) == body
    assert handler(tree, None, city) == above
    assert handler(tree, body, None) == above, "never to the one complained of"
    assert handler(tree, district, None) == above
    with pytest.raises(Invalid, match="上一级机关"):
        handler(tree, above, None)
    with pytest.raises(Invalid, match="县"):
        handler(tree, None, None)
    places = channels.areas(tree)
    assert places[0][0] == city
    assert district in {place for place, _ in places}


async def test_nothing_of_the_author_lies_outside_the_vault(world: World) -> None:
    await complain(world)
    for organ in (BODY, SUBJECT, "建安区政府", CITY):
        async with world.work(organ) as work:
            whole = []
            for table in (AuditEntry, TimelineEvent, Notice, Clue, Deadline, PublicComplaint):
                rows = (await work.session.execute(select(table.__table__))).all()
                whole += [str(row) for row in rows]
            outbox = await work.session.execute(text("select payload::text from outbox_message"))
            said = "\n".join([*whole, *outbox.scalars()])
            assert NAME not in said
            assert PHONE not in said
            assert CODE not in said.replace("-", "")
            entries = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "register"))).all()
            assert all(not e.origin and not e.request_id for e in entries)
            known = (await work.session.scalars(select(Complainant))).all()
            assert len(known) == (1 if organ == BODY else 0)
    async with world.work(BODY, "supervisor") as work:
        found = await clues.list_clues(work, clues_filter(NAME))
        assert found.rows == []


def clues_filter(words: str) -> clues_commands.ClueFilter:
    return clues_commands.ClueFilter(q=words)


async def test_the_organ_complained_of_learns_nothing(world: World) -> None:
    await complain(world)
    async with world.work(SUBJECT) as work:
        assert (await work.session.scalars(select(Clue))).all() == []
        assert (await work.session.scalars(select(PublicComplaint))).all() == []


async def test_the_author_follows_it_in_plain_words(world: World) -> None:
    await complain(world)
    async with visiting(world) as work:
        found = await channels.ask(work, " 7k3m-92qx-7k3m-92qx ")
    assert (found.state_label, found.answer) == ("已收到", "")
    async with world.work(BODY, "supervisor") as work:
        clue = (await work.session.scalars(select(Clue).where(Clue.source == "complaint"))).one()
        await clues.propose_dismissal(work, clue.id, "no_facts", "电话里说不清楚，内部意见。")
    async with visiting(world) as work:
        assert (await channels.ask(work, CODE)).state_label == "已收到", "a proposal is internal"
    async with world.work(BODY, "supervision_leader") as work:
        await clues.dismiss(work, clue.id)
    async with visiting(world) as work:
        found = await channels.ask(work, CODE)
    assert found.state_label == "不予办理"
    assert "没有具体事实" in found.sentence
    assert "内部" not in found.sentence


async def test_a_wrong_code_tells_nothing(world: World) -> None:
    await complain(world)
    for wrong in ("", "7K3M-92QX-7K3M-92QY", "x" * 400, "%"):
        async with visiting(world) as work:
            with pytest.raises(NotFound, match="没有查到"):
                await channels.ask(work, wrong)


async def test_tries_of_an_address_are_counted_for_all_processes(world: World) -> None:
    what, most, _ = channels.ASKING
    for number in range(most + 2):
        async with visiting(world) as work:
            refused = await channels.refusal(work, channels.ASKING, f"2001:db8::{number:x}")
        assert (refused is not None) == (number >= most), "one /64 is one subscriber"
    assert refused is not None
    assert 0 < refused.detail["retry_after"] <= 600
    async with visiting(world) as work:
        assert await channels.refusal(work, channels.ASKING, "2001:db8:1::1") is None
        assert await channels.refusal(work, (what + "2", 1, 60), "2001:db8::1") is None


def test_the_token_of_a_form() -> None:
    now = system_now()
    token = proof.new_token(now)
    later = now + timedelta(seconds=30)
    assert proof.code_of(token, later) == proof.code_of(token, later + timedelta(minutes=5))
    assert len(proof.code_of(token, later)) == proof.CODE_LETTERS
    assert proof.code_of(proof.new_token(now), later) != proof.code_of(token, later)
    for wrong, at in ((token, now), (token, now + timedelta(hours=13)), (token[:-2] + "AA", later), ("", later)):
        with pytest.raises(Invalid):
            proof.code_of(wrong, at)
    assert proof.code_hash("7k3m 92qx-7k3m-92qx") == proof.code_hash(CODE)
    assert proof.code_hash("IL0O") == proof.code_hash("1100")
