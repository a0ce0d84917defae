"""Random lives of certificates over a real database: whatever is tried, a barred person holds none, anywhere.

One person has files in two counties. Organs apply, departments check, approve, issue, withhold and restore, take back;
qualifications are cancelled and decisions set aside, jobs run as they like and the clock goes on. What is refused is
refused; what is done is checked against the rows of all tenants, read past every service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import create_engine, text

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import NIL
from supervision.licensing import service as licensing
from supervision.licensing.commands import ApplyInput
from supervision.licensing.models import QualificationBar
from tenants.registers.models import Officer
from tests.databases import Backend, Cluster
from tests.supervision.licensing.people import COUNTY, OFFICE, OTHER, OTHER_OFFICE, cancel, citizen_id, officer
from tests.world import World

REFUSED = (Barred, Denied, IllegalTransition, Invalid, NotFound, Stale)
SIDES = ((OFFICE, COUNTY), (OTHER_OFFICE, OTHER))
side = st.integers(0, 1)
BARRED = """
select count(*) from certificate c join qualification_bar b
    on b.city_id = c.city_id and b.citizen_hash = c.citizen_hash and b.lifted_kind <> 'set_aside'
where c.citizen_hash = :hash and c.status in ('valid', 'suspended')
    and b.effective_on <= c.valid_until and b.barred_until >= c.valid_from
"""
PENDING = """
select count(*) from licence_application a join qualification_bar b
    on b.city_id = a.city_id and b.citizen_hash = a.citizen_hash and b.lifted_kind <> 'set_aside'
where a.citizen_hash = :hash and a.state in ('applied', 'checked', 'approved')
    and :today between b.effective_on and b.barred_until
"""
HELD_TWICE = """
select count(*) from (select 1 from certificate where citizen_hash = :hash and status in ('valid', 'suspended')
    group by officer_id, kind having count(*) > 1) as twice
"""
WRONG_LENGTH = "select count(*) from qualification_bar where barred_until <> (effective_on + interval '2 years')::date"
VOID = """
select count(*) from certificate c where c.citizen_hash = :hash and c.status = 'cancelled' and not exists (
    select from qualification_bar b where b.id = c.cancelled_by_bar and b.lifted_kind <> 'set_aside')
"""


class Life(RuleBasedStateMachine):
    """One person, two counties, as many steps as hypothesis likes."""

    world: World
    loop: asyncio.Runner
    owner: Any

    @initialize()
    def begin(self) -> None:
        number = citizen_id()
        self.files: list[Officer] = [self.run(officer(self.world, organ, number)) for organ, _ in SIDES]
        self.today = date(2026, 10, 9)
        self.bars: list[tuple[str, QualificationBar]] = []
        self.go(0)

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run(step)

    def tried(self, step: Callable[[], Awaitable[Any]]) -> Any:
        """The step, or None where it was refused."""

        async def attempt() -> Any:
            try:
                return await step()
            except REFUSED:
                return None

        return self.run(attempt())

    def rows(self, statement: str) -> list[Any]:
        with self.owner.connect() as connection:
            values = {"hash": self.files[0].citizen_hash, "today": self.today}
            return list(connection.execute(text(statement), values))

    def newest(self, table: str, where: int, states: str) -> UUID:
        """The newest row of the person's file on one side in one of the states; a stranger's id without one."""
        found = self.rows(
            f"select id from {table} where citizen_hash = :hash and organ_id = '{self.files[where].organ_id}'"
            f" and {'state' if table == 'licence_application' else 'status'} in ({states}) order by id desc limit 1"
        )
        return found[0].id if found else NIL

    def go(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.run(self.world.set_clock(f"{datetime.combine(self.today, datetime.min.time()):%Y-%m-%d} 09:00"))

    @rule(where=side, purpose=st.sampled_from(["first", "renewal", "replacement"]))
    def apply(self, where: int, purpose: str) -> None:
        async def step() -> Any:
            async with self.world.work(SIDES[where][0], "contact") as work:
                entry = ApplyInput(officer_id=self.files[where].id, kind="enforcement", purpose=purpose)
                return await licensing.apply(work, entry)

        self.tried(step)

    @rule(where=side, act=st.sampled_from(["check", "approve", "issue", "refuse", "issued"]))
    def decide(self, where: int, act: str) -> None:
        acts = ["check", "approve", "issue"] if act == "issued" else [act]
        for name in acts:
            target = self.newest("licence_application", where, "'applied', 'checked', 'approved'")

            async def step(name: str = name, target: UUID = target) -> Any:
                role = "supervisor" if name == "check" else "supervision_leader"
                async with self.world.work(SIDES[where][1], role) as work:
                    if name == "refuse":
                        return await licensing.refuse(work, target, "材料不全")
                    return await getattr(licensing, name)(work, target)

            self.tried(step)

    @rule(where=side, act=st.sampled_from(["suspend", "restore", "take_back"]), days=st.integers(1, 400))
    def certificate(self, where: int, act: str, days: int) -> None:
        target = self.newest("certificate", where, "'valid', 'suspended', 'cancelled'")

        async def step() -> Any:
            async with self.world.work(SIDES[where][1], "supervision_leader") as work:
                if act == "suspend":
                    return await licensing.suspend(work, target, self.today + timedelta(days=days), "待核查")
                return await getattr(licensing, act)(work, target, "查明情况")

        self.tried(step)

    @rule(where=side, ago=st.integers(-1, 40))
    def cancel(self, where: int, ago: int) -> None:
        department = SIDES[where][1]
        bar = self.tried(lambda: cancel(self.world, department, self.files[where], self.today - timedelta(days=ago)))
        if bar is not None:
            self.bars.append((department, bar))

    @rule(which=st.integers(0, 5))
    def set_aside(self, which: int) -> None:
        if which >= len(self.bars):
            return
        department, bar = self.bars[which]

        async def step() -> Any:
            async with self.world.work(department, "supervision_leader") as work:
                return await licensing.set_aside(work, decision_id=bar.decision_id, on=self.today, note="复核撤销")

        self.tried(step)

    @rule()
    def jobs(self) -> None:
        async def step() -> Any:
            async with self.world.system() as work:
                await licensing.lift_bars(work)
                await licensing.end_suspensions(work)
                await licensing.recheck_applications(work, NIL)

        self.run(step())

    @rule(days=st.sampled_from([1, 30, 365, 700, 731]))
    def time_goes_on(self, days: int) -> None:
        if self.today.year < 2038:
            self.go(days)

    @invariant()
    def nobody_who_is_barred_holds_a_certificate_or_waits_for_one(self) -> None:
        if not hasattr(self, "files"):
            return
        for statement in (BARRED, PENDING, HELD_TWICE, WRONG_LENGTH, VOID):
            assert self.rows(statement)[0][0] == 0, statement


def lives(cluster: Cluster, examples: int, steps: int) -> None:
    """Random lives over one copy of the city, in a loop of their own."""
    backend: Backend = cluster.backend("embedded")
    with backend.clone() as url, asyncio.Runner() as runner:
        Life.world, Life.loop = World.open(url), runner
        name = url.rpartition("/")[2]
        Life.owner = create_engine(backend.admin_url.rpartition("/")[0] + "/" + name)
        chosen = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        try:
            run_state_machine_as_test(Life, settings=chosen)
        finally:
            runner.run(Life.world.close())
            Life.owner.dispose()


def test_a_barred_person_holds_no_certificate_anywhere(cluster: Cluster) -> None:
    lives(cluster, 4, 20)


@pytest.mark.drill
def test_a_barred_person_holds_no_certificate_anywhere_in_many_lives(cluster: Cluster) -> None:
    lives(cluster, 60, 60)
