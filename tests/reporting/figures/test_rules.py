"""The dated tree: who counts in whose figures, in which months, whatever happens to the organs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reporting.figures import rules
from reporting.figures.links import BEGINNING, FOREVER, Link, Member
from tenants.organs.rules import Supervision
from tenants.organs.tree import OrganFacts

CITY = OrganFacts("city", "某市政府", "government", "city")
COUNTY = OrganFacts("county", "甲县政府", "government", "county", "city")
OTHER = OrganFacts("other", "乙县政府", "government", "county", "city")
JUSTICE = OrganFacts("justice", "甲县司法局", "department", "county", "county", is_supervision_body=True)
BUREAU = OrganFacts("bureau", "某市城管局", "department", "city", "city", business_lines=frozenset({"urban"}))
LOCAL = OrganFacts("local", "甲县城管局", "department", "county", "county", business_lines=frozenset({"urban"}))
SQUAD = OrganFacts("squad", "甲县城管大队", "subordinate_body", "county", "local")
TOWN = OrganFacts("town", "某镇政府", "government", "township", "county")
TAX = OrganFacts("tax", "甲县税务局", "vertical_body", "county", None, leadership="upper", located_in_id="county")
ORGANS = (CITY, COUNTY, OTHER, JUSTICE, BUREAU, LOCAL, SQUAD, TOWN, TAX)
TODAY = date(2026, 10, 9)


def on(day: date, *changed: OrganFacts[str]) -> Supervision[str]:
    """The city on a day, with some organs as they have become."""
    facts = {o.id: o for o in (*ORGANS, *changed)}
    return Supervision(facts.values(), [], day)


def spans(links: set[Link[str]], reach: str, ancestor: str, organ: str) -> list[tuple[int, int]]:
    return sorted((x.since, x.until) for x in links if (x.reach, x.ancestor, x.organ) == (reach, ancestor, organ))


def first() -> set[Link[str]]:
    return rules.history({BEGINNING: rules.members(on(TODAY))})


def test_the_tree_leads_from_a_body_to_the_city_and_counts_vertical_bodies_where_they_are() -> None:
    city = on(TODAY)
    assert list(rules.up_the_tree(city, "squad")) == ["local", "county", "city"]
    assert list(rules.up_the_tree(city, "town")) == ["county", "city"]
    assert list(rules.up_the_tree(city, "tax")) == ["county", "city"]


def test_the_line_leads_from_a_body_over_its_department_to_the_city_department() -> None:
    assert set(rules.up_the_line(on(TODAY), "squad")) == {"local", "bureau"}
    assert set(rules.up_the_line(on(TODAY), "town")) == set()


def test_a_reader_reads_its_own_tree_and_line_and_a_justice_department_its_governments() -> None:
    city = on(TODAY)
    pairs = rules.readers(city, rules.members(city))
    everybody = [o.id for o in ORGANS]
    assert pairs == {(v, o) for v in everybody for o in everybody if rules.reads(city, v, o)}
    assert {o for v, o in pairs if v == "justice"} == {"justice", "county", "local", "squad", "town", "tax"}
    assert {o for v, o in pairs if v == "bureau"} == {"bureau", "local", "squad"}
    assert {o for v, o in pairs if v == "town"} == {"town"}
    assert {o for v, o in pairs if v == "city"} == set(everybody)


def test_a_merger_moves_what_happens_from_its_month_on_and_nothing_before() -> None:
    merged = replace(COUNTY, valid_to=date(2026, 8, 1), successor_id="other")
    later = on(TODAY, merged)
    links = rules.advance(first(), rules.members(later), later)
    assert spans(links, "tree", "other", "town") == [(202608, FOREVER)]
    assert spans(links, "tree", "other", "county") == [(202608, FOREVER)]
    assert spans(links, "tree", "county", "town") == [(BEGINNING, 202608)]
    assert spans(links, "tree", "city", "town") == [(BEGINNING, FOREVER)]
    assert rules.advance(links, rules.members(later), later) == links


def test_a_move_without_a_date_counts_from_the_present_month() -> None:
    moved = on(TODAY, replace(TOWN, parent_id="other"))
    links = rules.advance(first(), rules.members(moved), moved)
    assert spans(links, "tree", "county", "town") == [(BEGINNING, 202610)]
    assert spans(links, "tree", "other", "town") == [(202610, FOREVER)]
    back = on(date(2027, 2, 3))
    again = rules.advance(links, rules.members(back), back)
    assert spans(again, "tree", "county", "town") == [(BEGINNING, 202610), (202702, FOREVER)]
    assert spans(again, "tree", "other", "town") == [(202610, 202702)]


def test_a_new_organ_counts_from_the_beginning_and_history_is_told_by_months() -> None:
    new = OrganFacts("new", "新镇政府", "government", "township", "county")
    wider = on(TODAY, new)
    links = rules.advance(first(), rules.members(wider), wider)
    assert spans(links, "tree", "county", "new") == [(BEGINNING, FOREVER)]
    a, b = Member("tree", "county", "town"), Member("tree", "other", "town")
    told = rules.history({BEGINNING: {a}, 202603: {b}, 202605: {a, b}})
    assert told == {Link(*a, 0, 202603), Link(*b, 202603, FOREVER), Link(*a, 202605, FOREVER)}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["town", "squad", "local", "tax", "county"]),
            st.sampled_from(["move", "end"]),
            st.sampled_from(["city", "county", "other", "local", "bureau"]),
            st.integers(0, 40),
        ),
        max_size=8,
    )
)
def test_links_never_overlap_and_tell_of_the_present_tree_after_any_changes(
    changes: list[tuple[str, str, str, int]],
) -> None:
    facts = {o.id: o for o in ORGANS}
    links, day = first(), TODAY
    for organ, change, target, later in changes:
        day = date.fromordinal(day.toordinal() + later)
        if organ == target or target in {o.id for o in _below(facts, organ)}:
            continue
        held = facts[organ]
        ended = replace(held, valid_to=held.valid_to or day, successor_id=held.successor_id or target)
        facts[organ] = ended if change == "end" else replace(held, parent_id=target, located_in_id=target)
        city = Supervision(facts.values(), [], day)
        links = rules.advance(links, rules.members(city), city)
        assert {link.member for link in links if link.until == FOREVER} == rules.members(city)
        for link in links:
            twins = [o for o in links if o.member == link.member and o != link]
            assert all(o.until <= link.since or link.until <= o.since for o in twins)
            assert link.since < link.until


def _below(facts: dict[str, OrganFacts[str]], organ: str) -> list[OrganFacts[str]]:
    """Organs whose parents, places or successors lead to an organ: nothing moves under what is under it."""
    found, waiting = [], [organ]
    while waiting:
        at = waiting.pop()
        for other in facts.values():
            if at in {other.parent_id, other.located_in_id, other.successor_id} and other not in found:
                found.append(other)
                waiting.append(other.id)
    return found
