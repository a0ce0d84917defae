"""In whose figures an organ's facts are counted, and whose figures a viewer reads: the dated tree. Pure.

Two ways lead upward. By the **tree**, from a body to its department, from there to the government, the governments one
above the other; an organ that is led from above counts in the area where it works (Art. 2(3)). By the **line**, from a
body to its department and from a county department to the city department that supervises its business (Art. 2(2)),
inside a vertical system to the upper organ. What an organ has of its own is counted apart from what is below it.

A fact stays in its month. What the tree looked like in a month is told by links with months; a change closes links and
opens others, from the month in which an organ ended, otherwise from the present one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from reporting.figures.links import BEGINNING, FOREVER, LINE, TREE, Link, Member
from reporting.figures.periods import month_of
from tenants.organs.rules import Supervision
from tenants.organs.tree import K, OrganFacts, Register, successor_of


def above(register: Register[K], organ: OrganFacts[K]) -> OrganFacts[K] | None:
    """The next organ up the tree: the successor of one that has ended, the place of one led from above, the parent."""
    if not organ.alive_on(register.on):
        heir = successor_of(organ.id, register.by_id, register.on)
        if heir is not None:
            return register.by_id[heir]
    if organ.is_upper_led:
        place = register.now(organ.located_in_id)
        if place is not None and place.id != organ.id:
            return place
    return register.parent(organ) or _other(register.now(organ.parent_id), organ)


def _other(found: OrganFacts[K] | None, organ: OrganFacts[K]) -> OrganFacts[K] | None:
    return None if found is None or found.id == organ.id else found


def up_the_tree(supervision: Supervision[K], organ_id: K) -> Iterator[K]:
    """Everybody above an organ by the tree, nearest first; a circle in bad data ends the walk."""
    register = supervision.register
    seen = {organ_id}
    current = above(register, register.by_id[organ_id])
    while current is not None and current.id not in seen:
        yield current.id
        seen.add(current.id)
        current = above(register, current)


def up_the_line(supervision: Supervision[K], organ_id: K) -> Iterator[K]:
    """Everybody above an organ by the line, each once; above an ended organ its successor and those above that."""
    register = supervision.register
    seen: set[K] = set()
    waiting = [organ_id]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if current != organ_id:
            yield current
        if not register.by_id[current].alive_on(register.on):
            heir = successor_of(current, register.by_id, register.on)
            waiting += [] if heir is None else [heir]
        waiting += [r.supervisor_id for r in supervision.supervisors_of(current) if r.kind == LINE]


def members(supervision: Supervision[K]) -> set[Member[K]]:
    """Every membership on the supervision's day."""
    found: set[Member[K]] = set()
    for organ_id in supervision.register.by_id:
        found |= {Member(TREE, ancestor, organ_id) for ancestor in up_the_tree(supervision, organ_id)}
        found |= {Member(LINE, ancestor, organ_id) for ancestor in up_the_line(supervision, organ_id)}
    return found


def roots(supervision: Supervision[K], viewer: K) -> list[K]:
    """Whose tree a viewer reads: its own; a justice department also its government's, for which it works (Art. 5)."""
    register = supervision.register
    organ = register.by_id[viewer]
    government = register.government_over(organ)[0] if organ.is_supervision_body else None
    return [viewer] if government is None else [viewer, government.id]


def reads(supervision: Supervision[K], viewer: K, organ_id: K) -> bool:
    """Whether the viewer may read an organ's figures: it lies in its tree, or in its line."""
    upward = {organ_id, *up_the_tree(supervision, organ_id)}
    return any(root in upward for root in roots(supervision, viewer)) or viewer in up_the_line(supervision, organ_id)


def readers(supervision: Supervision[K], today: Iterable[Member[K]]) -> set[tuple[K, K]]:
    """Every pair of viewer and organ for which `reads` holds, of the memberships of the day."""
    trees: dict[K, set[K]] = defaultdict(set)
    found: set[tuple[K, K]] = set()
    for member in today:
        found.add((member.ancestor, member.organ))
        if member.reach == TREE:
            trees[member.ancestor].add(member.organ)
    for viewer in supervision.register.by_id:
        for root in roots(supervision, viewer):
            found |= {(viewer, organ) for organ in (root, *trees[root])}
    return found


def next_level(supervision: Supervision[K], organ_id: K, reach: str) -> list[K]:
    """The organs directly below by the tree or the line."""
    register = supervision.register
    if reach == LINE:
        return [r.supervised_id for r in supervision.supervised_by(organ_id) if r.kind == LINE]
    found = []
    for organ in register.by_id.values():
        parent = above(register, organ)
        if parent is not None and parent.id == organ_id:
            found.append(organ.id)
    return found


def directly_below(pairs: Iterable[tuple[K, K]], organ_id: K) -> dict[K, set[K]]:
    """The level below an organ out of memberships (ancestor, organ) of one month: each with everything below it. An
    organ of several branches stands in each of them."""
    under: dict[K, set[K]] = defaultdict(set)
    for ancestor, organ in pairs:
        if organ not in (ancestor, organ_id):
            under[ancestor].add(organ)
    inside = under[organ_id]
    deeper = {organ for member in inside for organ in under[member] if organ in inside}
    return {member: under[member] & inside for member in inside - deeper}


def turning_months(organs: Iterable[OrganFacts[K]], today: date) -> list[int]:
    """The months in which an organ ended, up to today, earliest first."""
    return sorted({month_of(o.valid_to) for o in organs if o.valid_to is not None and o.valid_to <= today})


def history(seen: Mapping[int, set[Member[K]]]) -> set[Link[K]]:
    """Links out of the memberships that hold from each month (`BEGINNING` among them) to before the next one."""
    links: set[Link[K]] = set()
    running: dict[Member[K], int] = {}
    for month in sorted(seen):
        for member in [m for m in running if m not in seen[month]]:
            links.add(Link(*member, running.pop(member), month))
        for member in seen[month]:
            running.setdefault(member, month)
    return links | {Link(*member, since, FOREVER) for member, since in running.items()}


def advance(held: Iterable[Link[K]], now: set[Member[K]], supervision: Supervision[K]) -> set[Link[K]]:
    """The links after a change of the tree: those that hold on stay, the others are closed and new ones opened from
    the month in which the organ's place changed. An organ that was never linked is linked from the beginning."""
    links = set(held)
    running = {link.member: link for link in links if link.until == FOREVER}
    known = {link.organ for link in links}
    last: dict[Member[K], int] = {}
    for link in links - set(running.values()):
        last[link.member] = max(last.get(link.member, BEGINNING), link.until)
    turns = _turns(running, supervision)
    for member, link in running.items():
        if member not in now:
            links.discard(link)
            if link.since < turns[member.organ]:
                links.add(link._replace(until=turns[member.organ]))
    for member in now - running.keys():
        since = turns[member.organ] if member.organ in known else BEGINNING
        links.add(Link(*member, max(since, last.get(member, BEGINNING)), FOREVER))
    return links


def _turns(running: Mapping[Member[K], Link[K]], supervision: Supervision[K]) -> dict[K, int]:
    """Of every organ, from which month a new place counts: the month in which it, or an organ above it, ended, when
    no link tells of that end yet; else the present month."""
    register = supervision.register
    over: dict[K, set[K]] = defaultdict(set)
    for member in running:
        over[member.organ].add(member.ancestor)
    ended: dict[K, int] = {}
    for organ in register.by_id.values():
        heir = successor_of(organ.id, register.by_id, register.on)
        told = heir is None or heir == organ.id or Member(TREE, heir, organ.id) in running
        if organ.valid_to is not None and organ.valid_to <= register.on and not told:
            ended[organ.id] = month_of(organ.valid_to)
    present = month_of(register.on)
    found: dict[K, int] = {}
    for organ_id in register.by_id:
        months = [ended[o] for o in {organ_id, *over[organ_id]} if o in ended]
        found[organ_id] = min(months, default=present)
    return found
