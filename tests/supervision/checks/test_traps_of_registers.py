"""O03, O08 and P15: cases that look like a hit and are none, and cases that look like none and are one."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, text

from supervision.checks.models import CheckHit
from supervision.instruments import service as instruments
from supervision.instruments.commands import ExtensionInput
from tenants.registers.models import Officer
from tests import stories
from tests.databases import Backend
from tests.supervision.checks.cases import BODY, ORGAN, OTHER, found, keep, record, run
from tests.supervision.licensing.people import application_row, certificate, citizen_id, officer
from tests.world import World

ACTED = date(2026, 3, 24)
"""The day of the act: the end of the survey of a clean penalty."""


async def renewal(world: World, file: Officer, applied_on: date, state: str = "applied", **values: Any) -> None:
    async with world.work(ORGAN) as work:
        given = {"applied_on": applied_on, "state": state, "purpose": "renewal"} | values
        work.session.add(application_row(file, await world.organ(BODY), **given))


async def expired(world: World, serial: int, number: str, **values: Any) -> Officer:
    """An officer whose certificate ended four days before the act."""
    file = await officer(world, ORGAN, citizen_id(serial))
    given = {"number": number, "issued_on": date(2021, 3, 21), "valid_from": date(2021, 3, 21),
             "valid_until": date(2026, 3, 20)} | values  # fmt: skip
    await certificate(world, ORGAN, file, **given)
    return file


async def test_p15_a_renewal_counts_from_the_day_it_was_asked_for(world: World) -> None:
    await renewal(world, await expired(world, 901, "P1"), date(2026, 3, 2))
    # Asked for long after the act: on the day nothing was on its way.
    await renewal(world, await expired(world, 902, "P2"), date(2026, 9, 1))
    await renewal(world, await expired(world, 903, "P3"), date(2026, 3, 2), "refused")
    # The renewal that was on its way is through meanwhile: the act stays as lawful as it was.
    renewed = await expired(world, 904, "P4", status="returned", status_on=date(2026, 4, 2))
    await renewal(world, renewed, date(2026, 3, 2), "issued")
    await certificate(world, ORGAN, renewed, number="P4-new", issued_on=date(2026, 4, 2), valid_from=date(2026, 4, 2),
                      valid_until=date(2031, 4, 1))  # fmt: skip
    numbers = ["P1", "P2", "P3", "P4", "P4-new"]
    ids = await keep(world, [record("penalty", officer_certs=[number]) for number in numbers])
    await run(world)
    hits = await found(world)
    seen = {number: "P15" in hits.get(one, {}) for number, one in zip(numbers, ids, strict=True)}
    assert seen == {"P1": False, "P2": True, "P3": True, "P4": False, "P4-new": True}


async def test_p15_the_borders_of_validity_and_the_lines_with_certificates_of_their_own(world: World) -> None:
    await expired(world, 911, "LAST", valid_until=ACTED)
    await expired(world, 912, "FIRST", issued_on=ACTED, valid_from=ACTED, valid_until=date(2031, 3, 23))
    await expired(world, 913, "GONE")
    await expired(world, 914, "THATDAY", valid_until=date(2030, 1, 1), status="cancelled", status_on=ACTED)
    await expired(world, 915, "BACK", valid_until=date(2030, 1, 1), status="suspended", status_on=date(2026, 3, 1),
                  suspended_until=date(2026, 3, 23))  # fmt: skip
    cases: list[tuple[dict[str, Any], bool]] = [
        ({"officer_certs": ["LAST"]}, False),
        ({"officer_certs": ["FIRST"]}, False),
        ({"officer_certs": ["GONE"]}, True),
        ({"officer_certs": ["GONE"], "business_line": "公安"}, False),
        ({"officer_certs": ["GONE"], "business_line": "customs"}, False),
        ({"officer_certs": ["LAST", "GONE"]}, True),
        ({"officer_certs": ["THATDAY"]}, True),
        ({"officer_certs": ["BACK"]}, False),
        # Decided after the end, and yet acted before it.
        ({"officer_certs": ["GONE"], "survey_ended_on": "2026-03-20"}, False),
    ]
    ids = await keep(world, [record("penalty", **changes) for changes, _ in cases])
    # The same number in the register of another organ says nothing.
    [elsewhere] = await keep(world, [record("penalty", officer_certs=["GONE"])], organ=OTHER)
    await run(world)
    hits = await found(world)
    assert ["P15" in hits.get(one, {}) for one in ids] == [expected for _, expected in cases]
    assert "P15" not in hits.get(elsewhere, {})


async def _labels(world: World, rule: str) -> set[str]:
    async with world.work(BODY) as work:
        query = select(CheckHit.label).where(CheckHit.rule == rule, CheckHit.state == "open")
        return set(await work.session.scalars(query))


BAR = """
insert into qualification_bar (city_id, organ_id, id, citizen_hash, person_name, holder_organ_id, decision_id,
    decision_number, effective_on, barred_until, lifted_on, lifted_kind, lifted_note)
values (:city, :body, gen_random_uuid(), :hash, '试', :body, gen_random_uuid(), '', '2025-05-01', '2027-05-01',
    :lifted_on, :lifted, case when :lifted = '' then '' else '撤销' end)
"""


async def test_o03_goes_by_the_person_in_every_tenant(world: World, backend: Backend) -> None:
    """Barred from 2025-05-01 to 2027-05-01 by another county. The database itself refuses a certificate under a bar and
    cancels those that it meets: what the model finds came in past it, with a restore or from another system."""
    issued_on = {"hit": "2026-01-05", "first": "2025-05-01", "after": "2027-05-02", "void": "2026-01-05",
                 "before": "2025-04-30", "stranger": "2026-01-05", "ended": "2026-01-05"}  # fmt: skip
    files = {}
    for serial, (name, day) in enumerate(((n, date.fromisoformat(d)) for n, d in issued_on.items()), 921):
        files[name] = await officer(world, ORGAN, citizen_id(serial))
        status = "cancelled" if name == "ended" else "valid"
        values = {"number": name, "issued_on": day, "valid_from": day, "status": status, "status_on": day}
        await certificate(world, ORGAN, files[name], **values)
    body = await world.organ("禹州市司法局")
    with backend.owner(world.url).begin() as past:
        past.execute(text("set local session_replication_role = replica"))
        for name, file in files.items():
            lifted = {"lifted": "set_aside", "lifted_on": date(2026, 2, 1)} if name == "void" else {}
            given = {"city": world.city_id, "body": body, "hash": file.citizen_hash, "lifted": "", "lifted_on": None}
            if name != "stranger":
                past.execute(text(BAR), given | lifted)
    await run(world)
    assert await _labels(world, "O03") == {"证件 hit", "证件 first"}


async def test_o08_not_while_time_runs_or_an_extension_is_asked_for(world: World) -> None:
    served = []
    for title in ("没有答复", "申请延期", "已经答复"):
        matter = await stories.open_matter(world, title)
        await stories.find_problem(world, matter.id)
        served.append((await stories.serve_letter(world, matter.id))[1])
    plain, asking, answered = served
    assert plain.due_on is not None
    await run(world)
    assert await _labels(world, "O08") == set(), "before the day, and on it"
    async with world.work(ORGAN, "contact") as work:
        asked = ExtensionInput(amount=5, reason="当事人在外地，需要时间核实。", steps_taken="已联系当事人。")
        await instruments.request_extension(work, asking.id, asked)
    await stories.answer_letter(world, answered.id)
    await world.set_clock(f"{plain.due_on} 17:00")
    await run(world)
    assert await _labels(world, "O08") == set(), "the last day is in time"
    await stories.sweep(world, "2026-12-01 09:00")
    await run(world)
    assert await _labels(world, "O08") == {f"{plain.number} {plain.title}"}
