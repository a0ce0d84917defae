"""The demo city: cases in every stage, a clock that only moves forward and only in a demo."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from cli.console import Failed
from cli.demo import advance, clock
from cli.demo.cases import load_cases
from cli.demo.people import password, people, ready_accounts
from kernel.models import DeadLetter
from policy.vocabulary import ROLE_LABELS
from supervision.clues.models import Clue
from supervision.decisions.models import Decision, GovernmentReport
from supervision.instruments.models import Instrument
from supervision.matters.models import Matter
from tenants.staff import service as staff
from tests.databases import Cluster
from tests.world import World

BODY = "建安区司法局"


@pytest.mark.parametrize(
    ("amount", "wanted"), [("15d", timedelta(days=15)), ("6h", timedelta(hours=6)), ("2w", timedelta(weeks=2))]
)
def test_amounts(amount: str, wanted: timedelta) -> None:
    assert advance.parse(amount) == wanted


@pytest.mark.parametrize("amount", ["", "15", "-3d", "0d", "1.5d", "5y", "999d"])
def test_wrong_amounts(amount: str) -> None:
    with pytest.raises(Failed):
        advance.parse(amount)


def test_one_password_for_each_installation_and_one_account_for_each_kind_of_user() -> None:
    assert password() == password()
    kinds = [account.kind for account in ready_accounts()]
    assert len(kinds) == len(set(kinds)) >= 12
    names = [(person["organ"], person["username"]) for person in people()]
    assert len(names) == len(set(names))


def test_every_kind_of_user_is_printed() -> None:
    """Of each role that an account may have one is printed: social supervisors have none yet (Art. 15)."""
    printed = {account.username for account in ready_accounts()}
    roles = {role for person in people() if person["username"] in printed for role in person["post"]["roles"]}
    assert set(ROLE_LABELS) - roles <= {"api_key", "system", "social_supervisor"}


async def test_one_person_has_two_posts_to_choose_from(world: World) -> None:
    [person] = [person for person in people() if "second" in person]
    organ_id = await world.organ(person["organ"])
    who = await staff.authenticate(world.database, world.city_id, organ_id, person["username"], password())
    assert {post.organ_short_name for post in who.posts} == {person["organ"], person["second"]["organ"]}


async def test_a_database_without_a_demo_clock_has_none(world: World) -> None:
    assert await clock.shift(world.database, world.city_id) is not None
    from sqlalchemy import delete

    from kernel.models import DemoClock

    async with world.system() as work:
        await work.session.execute(delete(DemoClock))
    assert await clock.shift(world.database, world.city_id) is None


@pytest.fixture
async def demo_world(cluster: Cluster, demo_template: str) -> AsyncIterator[World]:
    """One database server is enough for the cases: the services have their own tests on both."""
    with cluster.backend("embedded").clone(demo_template) as url:
        opened = World.open(url)
        yield opened
        await opened.close()


KILLED_IN_THE_MIDDLE = """
import asyncio, os, signal, sys
from cli.demo import cases, stage
from tests.world import World

move = stage.Stage._move
moves = iter(range(25))

async def move_or_die(self, moment):
    await move(self, moment)
    if next(moves, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)

stage.Stage._move = move_or_die
world = World.open(sys.argv[1])
asyncio.run(cases.load_cases(world.database, world.city_id))
"""


@pytest.mark.drill
async def test_a_first_start_that_was_killed_left_nothing(cluster: Cluster) -> None:
    """So the next one plays the cases from the beginning."""
    backend = cluster.backend("embedded")
    with backend.clone() as url:
        before = backend.rows(url)
        command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, url]
        killed = subprocess.run(command, capture_output=True, text=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert backend.rows(url) == before


async def test_the_demo_city_shows_every_stage(demo_world: World) -> None:
    world = demo_world
    assert await load_cases(world.database, world.city_id) == 0, "once for each database"
    assert await clock.shift(world.database, world.city_id) == timedelta(), "the clock shows the true time again"
    async with world.work(BODY) as work:
        matters = list(await work.session.scalars(select(Matter).where(Matter.organ_id == work.organ_id)))
        stages = Counter(matter.stage for matter in matters)
        clues = Counter(await work.session.scalars(select(Clue.state).where(Clue.organ_id == work.organ_id)))
        reports = Counter(await work.session.scalars(select(GovernmentReport.state)))
        decided = Counter(await work.session.scalars(select(Decision.state)))
        kinds = Counter(await work.session.scalars(select(Instrument.kind)))
        numbers = [matter.number for matter in matters if matter.number]
    expected = {"to_accept", "checking", "to_issue", "urging", "opinion_served", "to_verify", "to_decide", "executing"}
    assert expected | {"closed"} <= set(stages)
    assert {"new", "accepted", "in_matter", "passed_on", "merged", "dismissed"} <= set(clues)
    assert {"draft", "reported", "decided"} <= set(reports)
    assert {"served", "executed"} <= set(decided)
    assert {"urging_letter", "opinion"} <= set(kinds)
    assert len(numbers) == len(set(numbers))
    async with world.work("市司法局") as work:
        assert await work.session.scalar(select(Matter.id).where(Matter.organ_id == work.organ_id))
    async with world.system() as work:
        assert not (await work.session.scalars(select(DeadLetter))).all()
