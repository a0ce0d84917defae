"""The database and policy speak of the same readers: what row-level security lets an organ see, policy can name."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from supervision.clues import service as clues
from supervision.clues.commands import ClueFilter
from supervision.matters.assistance import offices_for
from tenants.access import Target, relations
from tests import stories
from tests.databases import Backend
from tests.isolation.populace import register_of
from tests.isolation.regulation import Regulation
from tests.world import World


async def test_whoever_reads_an_organs_records_stands_in_a_relation_to_them_and_nobody_else(world: World) -> None:
    """Lists and exports go by the read scope and single records by policy: a row that is listed can be opened."""
    tree = await world.directory()
    scope = tree.supervision.read_scope()
    nameless = [
        (tree.short(viewer), tree.short(owner))
        for viewer, owner in scope
        if relations(tree, viewer, Target(owner_id=owner)) == ["none"]
    ]
    assert nameless == []
    organs = sorted(tree.organs)
    dice = random.Random(7)
    outside = [(dice.choice(organs), dice.choice(organs)) for _ in range(20_000)]
    named = {
        (tree.short(viewer), tree.short(owner), *relations(tree, viewer, Target(owner_id=owner)))
        for viewer, owner in outside
        if (viewer, owner) not in scope and relations(tree, viewer, Target(owner_id=owner)) != ["none"]
    }
    assert {row[2] for row in named} <= {"government_of", "body_of", "upper"}, "what the tables hide anyway"


@pytest.mark.parametrize(
    ("viewer", "owner", "found"),
    [
        ("建安区司法局", "建安区水利局", ["upper"]),
        ("许昌市水利局", "建安区水利局", ["upper"]),
        ("建安区水利局", "许昌市水利局", ["none"]),
        ("建安区水利局", "建安区司法局", ["none"]),
        ("禹州市司法局", "建安区水利局", ["none"]),
        ("尚集镇政府", "建安区司法局", ["none"]),
    ],
)
async def test_departments_are_read_by_the_body_of_their_government_and_by_their_line(
    world: World, viewer: str, owner: str, found: list[str]
) -> None:
    tree = await world.directory()
    target = Target(owner_id=await world.organ(owner))
    assert relations(tree, await world.organ(viewer), target) == found


async def test_the_search_finds_every_clue_that_the_list_shows(world: World) -> None:
    """A judicial office finds by words what it registered for its county's justice department (Art. 5)."""
    office = "建安区尚集司法所"
    clue = await stories.register_clue(world, organ=office, role="judicial_assistant")
    async with world.work(office, "judicial_assistant") as work:
        for words in ("", "占道执法"):
            found = await clues.list_clues(work, ClueFilter(q=words), origin=True)
            assert [row.id for row in found.rows] == [clue.id], words
    async with world.work("禹州市司法局", "supervisor") as work:
        found = await clues.list_clues(work, ClueFilter(q="占道执法"), origin=True)
        assert found.rows == []


async def test_the_offices_that_help_are_those_of_the_article(world: World, backend: Backend) -> None:
    """Article 5 para. 4, once more from the register: for every justice department and every organ."""
    tree = await world.directory()
    engine = create_engine(make_url(backend.admin_url).set(database=make_url(world.url).database))
    try:
        with engine.connect() as connection:
            law = Regulation(register_of(connection), tree.on)
    finally:
        engine.dispose()
    helped = 0
    for body in (o for o in law.organs.values() if o.justice and law.lives(o)):
        for supervised in law.organs.values():
            if law.lives(supervised):
                wanted = law.offices(body, supervised)
                assert set(offices_for(tree, body.id, supervised.id)) == wanted
                helped += bool(wanted)
    assert helped >= 103
