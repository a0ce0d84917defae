"""Accountability, referrals, objections, certificates and clues by channel: what they count for, to whom, and what a
return draws from them. Random histories of a source that counts for two organs at once against an oracle in Python."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kernel.clock import SHANGHAI
from kernel.errors import Invalid
from reporting.figures import repository
from reporting.figures import service as figures
from reporting.figures.periods import month_of, parse
from reporting.returns import opening, records
from reporting.returns import periods as return_periods
from supervision.channels import service as channels
from supervision.instruments import service as instruments
from supervision.matters import service as matters
from supervision.matters.commands import FileGrades
from supervision.referrals import service as referrals
from tenants.organs import changes
from tenants.organs.directory import directory
from tenants.staff.models import Post
from tests import stories
from tests.databases import Backend
from tests.reporting.figures.test_counters import differing, folded, move, some_organs, superuser
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.accountability import steps
from tests.supervision.licensing import people
from tests.supervision.referrals import cases
from tests.world import World

OCTOBER, FOURTH, QUARTER = parse("2026-10"), parse("2026Q4"), return_periods.parse("2026Q4")


async def own(world: World, organ: str, *codes: str, role: str = "") -> list[int]:
    async with world.work(organ, role) as work:
        found = await figures.values(work, await world.organ(organ), FOURTH, codes)
        return [found[code] for code in codes]


async def drawn(world: World, organ: str, *codes: str) -> dict[str, int]:
    async with world.work(organ) as work:
        return dict(await records.figures(work, await world.organ(organ), QUARTER, codes))


async def test_measures_count_where_the_case_is_handled_by_what_was_done(world: World) -> None:
    case = await steps.propose(world)
    waits = await steps.propose(world)
    await steps.told(world, waits.id)
    assert await own(world, BODY, "accountability.decided", "accountability.grounds") == [0, 0]
    await steps.decided(world, case.id, "organ_criticism")
    person, _ = await steps.against_officer(world, "off_post_training")
    notice = await steps.decided(world, person.id, "off_post_training")
    measures = ("accountability.measures/organ_criticism", "accountability.measures/off_post_training")
    assert await own(world, BODY, *measures) == [1, 0], "a proposal is no measure"
    await steps.answer(world, notice.id, training_hours=40, training_until=date(2026, 11, 30))
    for _ in range(2):
        assert await own(world, BODY, *measures, "accountability.decided", "accountability.grounds/21(5)") == [
            1,
            1,
            2,
            2,
        ]
        assert await own(world, BODY, "accountability.organs", "accountability.persons") == [1, 1]
        assert await own(world, SUPERVISED, "accountability.imposed/off_post_training", "accountability.measures") == [
            1,
            0,
        ]
        assert await differing(world) == []
        await folded(world)
    cells = ("accountability.persons", "accountability.organs", "accountability.measures/off_post_training")
    assert set((await drawn(world, BODY, *cells)).values()) == {1}
    async with world.work(BODY, "supervisor") as work:
        found = await figures.records(work, "accountability.measures", await world.organ(BODY), OCTOBER)
        assert {row.href for row in found.rows} == {f"/accountability/{case.id}", f"/accountability/{person.id}"}
        with pytest.raises(Invalid):
            await figures.series(work, await world.organ(BODY), [OCTOBER], ["accountability.persons"])


async def test_a_referral_is_a_number_and_opens_to_nothing(world: World) -> None:
    row = await cases.drafted(world)
    assert await own(world, BODY, "referrals.sent/discipline") == [0], "a draft is nobody's business"
    await cases.transferred(world, row.id)
    async with world.work(BODY, "supervisor") as work:
        await referrals.send(work, row.id)
    assert await own(world, BODY, "referrals.sent/discipline") == [1]
    assert await differing(world) == []
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid, match="没有可以逐条查看"):
            await figures.records(work, "referrals.sent", await world.organ(BODY), OCTOBER)
    async with world.work(SUPERVISED) as work:
        outside = repository.Asked(["referrals.sent"], [], 202601, 202612)
        assert await repository.totals(work, await world.organ(BODY), "own", outside) == {}


async def test_an_objection_counts_for_the_issuer_and_a_decision_in_the_return_of_the_body(world: World) -> None:
    _, _, _, delivery = await stories.served_matter(world)
    async with world.work(SUPERVISED, "organ_head") as work:
        await instruments.raise_objection(work, delivery.id, "认定的扣押期限有误，当事人已经签收延长通知。")
    assert await own(world, BODY, "objections.received", "objections.decided") == [1, 0]
    assert await own(world, SUPERVISED, "objections.raised") == [1]
    assert await differing(world) == []


async def test_what_a_government_decides_stands_in_the_return_of_its_supervision_body(world: World) -> None:
    await stories.decided_matter(world)
    assert await own(world, GOVERNMENT, "decisions.made") == [1]
    assert await own(world, BODY, "decisions.made") == [0]
    found = await drawn(world, BODY, "decisions.made", "matters.opened", "matters.organs")
    assert found == {"decisions.made": 1, "matters.opened": 1, "matters.organs": 1}


async def test_a_review_of_case_files_counts_its_files_by_grade(world: World) -> None:
    review = await stories.open_matter(world, "行政处罚案卷评查", mode="file_review", content_items=("8(5)",))
    other = await stories.open_matter(world)
    grades = FileGrades(good=3, passed=5, failed=2, vetoed=1)
    with pytest.raises(Invalid, match="只有案卷评查事项"):
        await stories.check_matter(world, other.id, grades=grades)
    with pytest.raises(Invalid, match="不大于不合格"):
        await stories.check_matter(world, review.id, grades=FileGrades(failed=1, vetoed=2))
    await stories.check_matter(world, review.id, grades=grades)
    await stories.check_matter(world, review.id, grades=FileGrades(good=1))
    assert await own(world, BODY, "file_reviews.files", "file_reviews.files/good", "file_reviews.vetoed") == [11, 4, 1]
    assert await own(world, BODY, "file_reviews.organs", "activities.recorded") == [1, 2]
    assert await differing(world) == []
    assert await drawn(world, BODY, "file_reviews.files/failed") == {"file_reviews.files/failed": 2}
    async with world.work(BODY, "supervisor") as work:
        seen = await matters.view(work, review.id)
        assert {a.grades for a in seen.activities} == {
            "评查案卷 10 册：优秀 3 册，合格 5 册，不合格 2 册（其中触及否决项 1 册）。",
            "评查案卷 1 册：优秀 1 册，合格 0 册，不合格 0 册。",
        }


async def test_social_supervisors_who_take_part_are_counted_with_the_activity(world: World) -> None:
    matter = await stories.open_matter(world)
    with pytest.raises(Invalid, match="人数"):
        await stories.check_matter(world, matter.id, social_count=-1)
    await stories.check_matter(world, matter.id, social_count=3)
    await stories.check_matter(world, matter.id, social_count=1)
    await stories.check_matter(world, matter.id)
    assert await own(world, BODY, "activities.social", "activities.recorded") == [4, 3]
    assert await differing(world) == []
    assert await drawn(world, BODY, "activities.social") == {"activities.social": 4}
    async with world.work(BODY, "supervisor") as work:
        assert sorted(a.social_count for a in (await matters.view(work, matter.id)).activities) == [0, 1, 3]
        found = await figures.records(work, "activities.social", await world.organ(BODY), OCTOBER)
        assert sorted(row.amount for row in found.rows) == [1, 3]


async def test_social_supervisors_in_term(world: World) -> None:
    async with world.work(BODY, "supervision_leader") as work:
        for name, since, until in (
            ("甲某", date(2026, 1, 1), date(2026, 12, 31)),
            ("乙某", date(2026, 1, 1), date(2026, 11, 30)),
        ):
            await channels.appoint(work, channels.Appoint(name=name, identity="lawyer", from_on=since, until_on=until))
    assert await drawn(world, BODY, "supervisors.social") == {"supervisors.social": 1}


async def test_who_must_hold_a_certificate_and_who_reviews(world: World) -> None:
    codes = ("officers.certifiable", "officers.reviewers", "officers.reviewers_qualified")
    organ = await world.organ(SUPERVISED)
    before = await drawn(world, SUPERVISED, *codes)
    for employment in ("civil_service", "public_institution", "contract"):
        file = await people.officer(world, SUPERVISED, people.citizen_id(), employment=employment)
        if employment == "public_institution":
            await people.certificate(world, SUPERVISED, file, kind="supervision")
    after = await drawn(world, SUPERVISED, *codes)
    assert after["officers.certifiable"] - before["officers.certifiable"] == 1
    async with world.work(SUPERVISED) as work:
        organs = opening.counted_with(await directory(work), organ, return_periods.parse("2026"))
        reviewing = Post.organ_id.in_(organs), Post.roles.contains(["legal_officer"])
        persons = set(await work.session.scalars(select(Post.person_id).where(*reviewing)))
    assert persons
    assert (after["officers.reviewers"], after["officers.reviewers_qualified"]) == (len(persons), 0)
    one = persons.pop()
    await people.officer(world, SUPERVISED, people.citizen_id(), person_id=one, legal_qualification=True)
    assert (await drawn(world, SUPERVISED, *codes))["officers.reviewers_qualified"] == 1


async def test_certificates_that_end_soon_are_suspended_or_barred(world: World) -> None:
    soon = await people.officer(world, SUPERVISED, people.citizen_id())
    await people.certificate(world, SUPERVISED, soon, valid_until=date(2027, 3, 31))
    gone = await people.officer(world, SUPERVISED, people.citizen_id())
    await people.certificate(world, SUPERVISED, gone)
    held = await people.officer(world, SUPERVISED, people.citizen_id())
    await people.certificate(
        world, SUPERVISED, held, status="suspended", status_on=date(2026, 9, 3), suspended_until=date(2026, 12, 3)
    )
    await people.cancel(world, BODY, gone)
    codes = ["certificates.expiring", "certificates.suspended", "certificates.cancelled"]
    organ, body = await world.organ(SUPERVISED), await world.organ(BODY)
    async with world.system() as work:
        for period, numbers in (("2026-08", [0, 0, 0]), ("2026-10", [1, 1, 1]), ("2026-12", [1, 0, 0])):
            found = await figures.values(work, organ, parse(period), codes)
            assert [found[code] for code in codes] == numbers, period
        for period, barred in (("2026-09", 0), ("2026-10", 1), ("2028-09", 1), ("2028-10", 0)):
            assert await figures.values(work, body, parse(period), ["bars.running"]) == {"bars.running": barred}, period
    assert await differing(world) == []


async def test_clues_count_by_channel_to_their_end(world: World) -> None:
    clue = await stories.register_clue(world)
    await stories.matter_from_clue(world, clue.id)
    source = clue.source
    assert await own(world, BODY, f"clues.received/{source}", f"clues.opened/{source}", "clues.opened") == [1, 1, 1]


async def test_the_heir_reports_what_ended_within_the_period(world: World) -> None:
    """And not what ended later: that reports the period itself (the dated tree)."""
    gone, heir = await world.organ("灵井镇政府"), await world.organ("苏桥镇政府")
    async with world.system() as work:
        await changes.merge(work, [gone], heir, date(2026, 10, 9))
    async with world.system() as work:
        tree = await directory(work)
        assert gone not in opening.counted_with(tree, heir, return_periods.parse("2026Q3"))
        assert {heir, gone} <= set(opening.counted_with(tree, heir, QUARTER))
        body = await world.organ(BODY)
        assert set(opening.counted_with(tree, body, QUARTER)) >= {body, await world.organ(GOVERNMENT)}
        assert await world.organ(SUPERVISED) not in opening.counted_with(tree, body, QUARTER)


ANSWER = (
    "insert into accountability_answer (city_id, id, organ_id, issuer_id, notice_id, case_id, round, result, measure,"
    " effective_on, answered_at, answered_by_name) values (%s, %s, %s, %s, %s, %s, 1, %s, %s, %s, %s, '某某')"
)
MEASURES = ["person_circular", "person_criticism", "off_post_training", "post_transfer"]


@pytest.mark.parametrize("seed", range(2))
async def test_answers_count_for_both_sides_after_any_changes(world: World, backend: Backend, seed: int) -> None:
    """Late answers, corrections of result, measure and day, deletions, a moved organ, a merger, folds in between."""
    organs = await some_organs(world)
    chance = random.Random(seed)
    here, there = await world.organ("建安区政府"), await world.organ("魏都区政府")
    ids: list[UUID] = []

    def day() -> date:
        return date(2025, 1, 1) + timedelta(days=chance.randrange(700))

    with superuser(backend, world) as connection:
        for turn in range(50):
            kind = chance.choice(["insert", "insert", "result", "measure", "day", "delete"])
            if kind == "insert" or not ids:
                ids.append(uuid4())
                result = chance.choice(["imposed", "other", "refused"])
                at = datetime.combine(day(), datetime.min.time(), SHANGHAI)
                row = [world.city_id, ids[-1], *chance.sample(organs, 2), uuid4(), uuid4(), result]
                effective = None if result == "refused" else chance.choice([day(), None])
                connection.execute(ANSWER, [*row, chance.choice(MEASURES), effective, at])
            elif kind == "delete":
                connection.execute("delete from accountability_answer where id = %s", [ids.pop()])
            else:
                column, value = {
                    "result": ("result", chance.choice(["imposed", "refused"])),
                    "measure": ("measure", chance.choice(MEASURES)),
                    "day": ("effective_on", day()),
                }[kind]
                connection.execute(
                    f"update accountability_answer set {column} = %s where id = %s", [value, chance.choice(ids)]
                )
            if turn % 9 == 4:
                await folded(world)
            if turn == 20:
                await move(world, organs[0], there)
            if turn == 30:
                async with world.system() as work:
                    await changes.merge(work, [organs[1]], organs[0], date(2026, 3, 1))
        rows = connection.execute(
            "select issuer_id, organ_id, result,"
            " coalesce(effective_on, (answered_at at time zone 'Asia/Shanghai')::date) from accountability_answer"
        ).fetchall()
    assert await differing(world) == []
    year = parse("2026")
    async with world.system() as work:
        links = await repository.links(work)
        for organ in (here, there, *organs):
            for code, side in (("accountability.measures", 0), ("accountability.imposed", 1)):
                within = [
                    row for row in rows
                    if row[2] != "refused" and row[3].year == 2026 and (
                        row[side] == organ or any(
                            x.reach == "tree" and x.ancestor == organ and x.organ == row[side]
                            and x.since <= month_of(row[3]) < x.until for x in links
                        )
                    )
                ]  # fmt: skip
                found = await figures.values(work, organ, year, [code], reach="tree")
                assert found == {code: len(within)}, (seed, code)
