"""That a referral exists shows nowhere but to the named few: no table, no timeline, no count (Arts. 18, 23)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from kernel.errors import NotFound
from kernel.ids import new_id
from kernel.models import AuditEntry, TimelineEvent
from kernel.work import Work
from supervision.desk import service as desk
from supervision.instruments import service as instruments
from supervision.matters import service as matters
from supervision.referrals import service
from supervision.referrals.models import ReferralContent
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.referrals import cases
from tests.world import World

OTHERS = (SUPERVISED, GOVERNMENT, "市司法局", "许昌市政府", "市城市管理局", "禹州市司法局", "建安区尚集司法所")


async def everything(work: Work) -> str:
    """Every row of every table that the work's organ can read, as text."""
    tables = await work.session.scalars(
        text(
            "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind = 'r' and n.nspname = 'public' and has_table_privilege(c.oid, 'select')"
        )
    )
    return "\n".join(
        [row for name in tables.all() for row in await work.session.scalars(text(f"select t::text from {name} t"))]
    )


async def test_no_row_that_any_other_organ_reads_tells_of_it(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    row = await cases.sent(world, matter_id=matter.id)
    async with world.work(BODY, "supervisor") as work:
        assert str(row.id) in await everything(work)
    for organ in OTHERS:
        async with world.work(organ) as work:
            seen = await everything(work)
        for mark in (str(row.id), row.number, row.verification_code, row.manifest_sha256, row.archive_sha256, "赵某某"):
            assert mark not in seen, (organ, mark)


async def test_the_contents_lie_encrypted_even_for_the_own_organ(world: World) -> None:
    row = await cases.sent(world)
    for role, nth in (("supervisor", 0), ("supervisor", 1), ("audit_admin", 0)):
        async with world.work(BODY, role, nth) as work:
            assert "赵某某" not in await everything(work)
            assert "转账记录" not in await everything(work)
    async with world.work(BODY) as work:
        query = select(ReferralContent).where(ReferralContent.referral_id == row.id)
        assert (await work.session.scalars(query)).all() == [], "no named reader was declared"
        for post, found in ((new_id(), 0), ((await world.actor(BODY, "supervisor", 1)).post_id, 0),
                            ((await world.actor(BODY, "supervisor")).post_id, 1)):  # fmt: skip
            await work.session.execute(text("select set_config('zs.reader', :p, true)"), {"p": str(post)})
            assert len((await work.session.scalars(query)).all()) == found
    async with world.work(SUPERVISED) as work:
        reader = (await world.actor(BODY, "supervisor")).post_id
        await work.session.execute(text("select set_config('zs.reader', :p, true)"), {"p": str(reader)})
        assert (await work.session.scalars(query)).all() == [], "a declared reader opens nothing of another organ"


async def test_matter_search_timeline_and_desk_are_the_same_with_and_without_it(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    await stories.serve_letter(world, matter.id)

    async def seen() -> list[object]:
        found: list[object] = []
        async with world.work(SUPERVISED, "organ_head") as work:
            found += [await desk.counters(work), [line.title for line in (await desk.notices(work)).rows]]
        async with world.work("市司法局", "supervisor") as work:
            view = await matters.view(work, matter.id)
            found += [[e.title for e in view.timeline], [d.title for d in view.documents], len(view.deadlines)]
            found.append(await desk.counters(work))
        async with world.work(BODY, "supervisor", 1) as work:
            view = await matters.view(work, matter.id)
            found += [[e.title for e in view.timeline], [d.title for d in view.documents], await desk.counters(work)]
        return found

    before = await seen()
    row = await cases.sent(world, matter_id=matter.id)
    assert await seen() == before
    async with world.work(BODY) as work:
        events = select(TimelineEvent).where(TimelineEvent.subject_kind == "referral")
        assert (await work.session.scalars(events)).all() == []
        entries = (await work.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == row.id))).all()
        assert entries
        assert {entry.thread_id for entry in entries} == {None}
        assert not any("赵某某" in entry.title + str(entry.detail) for entry in entries)


async def test_the_letter_is_no_paper_that_others_may_fetch(world: World) -> None:
    row = await cases.sent(world)
    for organ, role in ((BODY, "supervisor"), (SUPERVISED, "organ_head")):
        with pytest.raises(NotFound):
            async with world.work(organ, role) as work:
                await instruments.paper_pdf(work, row.id)
    async with world.work(SUPERVISED) as work:
        code = {"code": row.verification_code}
        found = (await work.session.execute(text("select * from guard.verify_document(:code)"), code)).one()
    assert (found.title, found.number) == ("移送文书", row.number)


async def test_a_row_cannot_be_written_for_another_organ_or_forged_without_a_seal(world: World) -> None:
    row = await cases.drafted(world)
    for statement in (
        "update referral set state = 'sent' where id = :id",
        "update referral set decided_by = drafted_by where id = :id",
        "delete from referral_step where referral_id = :id",
        "update referral_dossier set round = 9 where referral_id = :id",
    ):
        with pytest.raises(Exception, match=r"violates check|permission denied"):
            async with world.work(BODY) as work:
                await work.session.execute(text(statement), {"id": row.id})
    async with world.work(SUPERVISED) as work:
        changed = await work.session.execute(text("update referral set kind = 'criminal'"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
    async with world.work(BODY, "supervision_leader") as work:
        assert (await service.view(work, row.id)).state == "draft"
