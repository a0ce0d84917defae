"""Properties of the derived relations over random trees, right and wrong ones alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.organs.codes import KINDS, LEADERSHIPS, LEVELS, RELATION_KINDS
from tenants.organs.errors import UnlawfulRelation
from tenants.organs.relations import SUPERVISING, ExplicitRelation, why_unlawful
from tenants.organs.rules import Supervision
from tenants.organs.scope import read_scope
from tenants.organs.tree import OrganFacts, organ_class, successor_of

ON = date(2026, 11, 23)
Facts = OrganFacts[int]
LINES = ("water", "transport", "justice", "tax")


@st.composite
def wild_trees(draw: st.DrawFn) -> list[Facts]:
    """Any organs with any parents, cycles and dangling ends included: the rules must hold on bad data too."""
    size = draw(st.integers(1, 14))
    ids = st.none() | st.integers(0, size)
    days = st.none() | st.dates(ON - timedelta(3), ON + timedelta(3))
    return [
        OrganFacts(
            id=n,
            name=f"单位{n}",
            kind=draw(st.sampled_from(sorted(KINDS))),
            level=draw(st.sampled_from(sorted(LEVELS))),
            parent_id=draw(ids),
            leadership=draw(st.sampled_from(sorted(LEADERSHIPS))),
            business_lines=draw(st.frozensets(st.sampled_from(LINES), max_size=3)),
            is_supervision_body=draw(st.booleans()),
            located_in_id=draw(ids),
            administered_by_id=draw(ids),
            valid_from=draw(days),
            valid_to=draw(days),
            successor_id=draw(ids),
        )
        for n in range(size)
    ]


@st.composite
def cities(draw: st.DrawFn) -> list[Facts]:
    """Lawful trees: a city, counties, departments, bodies, townships and judicial offices."""
    organs: list[Facts] = []

    def add(kind: str, level: str, parent: int | None, **more: object) -> int:
        made = OrganFacts(id=len(organs), name=f"{KINDS[kind]}{len(organs)}", kind=kind, level=level, parent_id=parent)
        organs.append(replace(made, **more))  # type: ignore[arg-type]
        return len(organs) - 1

    def departments(level: str, government: int) -> int:
        justice = add("department", level, government, is_supervision_body=True, business_lines=frozenset({"justice"}))
        for line in draw(st.lists(st.sampled_from(LINES[:2]), max_size=3, unique=True)):
            own = frozenset({line})
            owner = add("department", level, government, business_lines=own)
            for _ in range(draw(st.integers(0, 2))):
                add("subordinate_body", level, owner, business_lines=own, leadership="department")
        return justice

    city = add("government", "city", None)
    departments("city", city)
    tax = add("vertical_body", "city", None, leadership="upper", located_in_id=city, business_lines=frozenset({"tax"}))
    for _ in range(draw(st.integers(0, 3))):
        county = add("government", "county", city)
        justice = departments("county", county)
        add(
            "vertical_body",
            "county",
            tax,
            leadership="upper",
            located_in_id=county,
            business_lines=frozenset({"tax"}),
        )
        for kind in draw(st.lists(st.sampled_from(["government", "dispatched_organ"]), max_size=3)):
            town = add(kind, "township", county)
            add(
                "judicial_office",
                "township",
                justice,
                located_in_id=town,
                leadership="department",
                business_lines=frozenset({"justice"}),
            )
    return organs


def by_id(organs: list[Facts]) -> dict[int, Facts]:
    return {o.id: o for o in organs}


@given(wild_trees() | cities())
def test_no_township_and_no_judicial_office_ever_supervises(organs: list[Facts]) -> None:
    known = by_id(organs)
    for relation in Supervision(organs, [], ON).relations:
        supervisor = known[relation.supervisor_id]
        if supervisor.kind == "judicial_office":
            assert relation.kind == "assist"
        elif supervisor.level == "township" and supervisor.kind in ("government", "dispatched_organ"):
            assert relation.kind == "internal"
            assert relation.supervised_id == supervisor.id


@given(wild_trees() | cities())
def test_level_and_vertical_supervisors_are_governments_of_county_level_or_above(organs: list[Facts]) -> None:
    known = by_id(organs)
    for relation in Supervision(organs, [], ON).relations:
        if relation.kind in ("level", "vertical"):
            assert known[relation.supervisor_id].kind == "government"
            assert known[relation.supervisor_id].level != "township"
        if relation.kind == "vertical":
            assert known[relation.supervised_id].is_upper_led


@given(wild_trees() | cities())
def test_line_relations_stay_in_a_line_of_the_supervisor(organs: list[Facts]) -> None:
    known = by_id(organs)
    for relation in Supervision(organs, [], ON).relations:
        if relation.kind == "line":
            assert relation.business_lines
            assert relation.business_lines <= known[relation.supervisor_id].business_lines
            own = known[relation.supervised_id].business_lines
            assert not own or relation.business_lines <= own


@given(wild_trees() | cities())
def test_only_the_living_stand_in_a_relation_and_each_relation_once(organs: list[Facts]) -> None:
    known = by_id(organs)
    relations = Supervision(organs, [], ON).relations
    for relation in relations:
        assert known[relation.supervisor_id].alive_on(ON)
        assert known[relation.supervised_id].alive_on(ON)
        assert relation.kind in RELATION_KINDS
        assert relation.reason_zh
        assert relation.scope_zh
        if relation.kind != "internal":
            assert relation.supervisor_id != relation.supervised_id
    edges = [(r.supervisor_id, r.supervised_id, r.kind) for r in relations]
    assert len(edges) == len(set(edges))


@given(cities())
def test_every_department_has_one_level_supervisor_through_its_justice_department(organs: list[Facts]) -> None:
    known = by_id(organs)
    supervision = Supervision(organs, [], ON)
    for organ in organs:
        if organ.kind != "department":
            continue
        (level,) = [r for r in supervision.supervisors_of(organ.id) if r.kind == "level"]
        assert level.supervisor_id == organ.parent_id
        if organ.is_supervision_body:
            assert level.through_id is None
        else:
            assert level.through_id is not None
            assert known[level.through_id].is_supervision_body
            assert known[level.through_id].parent_id == organ.parent_id


@given(cities())
def test_every_judicial_office_assists_its_place_for_its_justice_department(organs: list[Facts]) -> None:
    supervision = Supervision(organs, [], ON)
    for organ in organs:
        if organ.kind == "judicial_office":
            assert organ.located_in_id is not None
            (edge,) = supervision.between(organ.id, organ.located_in_id)
            assert (edge.kind, edge.article, edge.through_id) == ("assist", "5", organ.parent_id)
            assert not supervision.may_supervise(organ.id, organ.located_in_id)


@given(wild_trees() | cities())
def test_everybody_reads_itself_and_townships_nobody_else(organs: list[Facts]) -> None:
    scope = read_scope(organs, Supervision(organs, [], ON).relations, ON)
    inherits = {o.successor_id for o in organs}
    for organ in organs:
        assert (organ.id, organ.id) in scope
        silent = organ_class(organ) in ("township_government", "judicial_office", "subdistrict_office")
        if silent and organ.id not in inherits:
            assert {o for viewer, o in scope if viewer == organ.id} == {organ.id}


@given(cities())
def test_a_justice_department_never_reads_its_government_and_no_county_reads_another(organs: list[Facts]) -> None:
    known = by_id(organs)

    def county_of(organ_id: int | None) -> int | None:
        while organ_id is not None:
            organ = known[organ_id]
            if (organ.kind, organ.level) == ("government", "county"):
                return organ.id
            organ_id = organ.parent_id
        return None

    for viewer, target in Supervision(organs, [], ON).read_scope():
        if known[viewer].is_supervision_body:
            assert not known[target].is_supervising_government
        if county_of(viewer) is not None and known[viewer].kind != "vertical_body":
            assert county_of(target) == county_of(viewer)


@given(wild_trees(), st.integers(0, 15))
def test_a_successor_lives_and_is_reached_by_the_chain(organs: list[Facts], start: int) -> None:
    known = by_id(organs)
    found = successor_of(start, known, ON)
    assert found is None or known[found].alive_on(ON)
    if start in known and known[start].alive_on(ON):
        assert found == start


@settings(max_examples=200)
@given(
    cities(),
    st.sampled_from([*RELATION_KINDS, "other"]),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_an_explicit_relation_is_lawful_or_refused(organs: list[Facts], kind: str, one: int, other: int) -> None:
    supervisor, supervised = organs[one % len(organs)], organs[other % len(organs)]
    entry = ExplicitRelation(supervisor.id, supervised.id, kind, "2(4)", date(2026, 1, 1))
    if why_unlawful(kind, supervisor, supervised) is not None:
        with pytest.raises(UnlawfulRelation):
            Supervision(organs, [entry], ON)
        return
    found = Supervision(organs, [entry], ON)
    assert found.between(supervisor.id, supervised.id)
    assert not (kind in SUPERVISING and supervisor.level == "township")
    past = replace(entry, valid_to=ON)
    assert Supervision(organs, [past], ON).relations == Supervision(organs, [], ON).relations


def test_a_child_that_takes_over_its_parent_stands_in_the_parents_place() -> None:
    city = OrganFacts(0, "甲市人民政府", "government", "city")
    justice = OrganFacts(1, "甲市司法局", "department", "city", 0, is_supervision_body=True)
    ended = OrganFacts(2, "甲市水利局", "department", "city", 0, valid_to=ON, successor_id=3)
    heir = OrganFacts(3, "甲市水务中心", "subordinate_body", "city", 2, business_lines=frozenset({"water"}))
    supervision = Supervision([city, justice, ended, heir], [], ON)
    assert [r.supervisor_id for r in supervision.supervisors_of(3)] == [0]
