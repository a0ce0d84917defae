"""Compiled decisions against a plain Python set and stock Casbin, at 997 and 18,005 organs; mismatches; staleness.

A request is a pair of organs and a duty (class, roles and act of the asking side); half of the requests are allowed.
The plain set holds every allowed (supervisor, supervised, duty): the fastest answer that Python has. Ours is the
relation of the pair and its place among the relations that the table permits for the duty. Keys are strings, whose
hash is kept, so that the look-ups themselves are compared and not the hashing of ids.
"""

from __future__ import annotations

import asyncio
import gc
import random
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import tenants.organs
from policy.asking import enforcer
from policy.engine import Policy, Question, default_policy, verdict_of
from policy.lines import among
from policy.vocabulary import LABELS
from tenants.organs.checking import checked
from tenants.organs.dataset import read_csv
from tenants.organs.rules import Supervision
from tenants.organs.tree import OrganFacts, organ_class
from tests.policy.points import points

CITY = Path(tenants.organs.__file__).parent / "data" / "xuchang"
TODAY = date(2026, 11, 23)
REQUESTS = 4_000
ROLES = ("supervisor", "supervision_leader", "organ_head", "government_leader", "legal_officer")
ACTS = (("matter", "propose"), ("instrument:opinion", "issue"), ("decision:revoke", "decide"), ("clue", "read"))
Request = tuple[str, str, int]


def run(*, quick: bool) -> dict[str, object]:
    """`ratio_to_set` and `ratio_to_enforce` are the lower of the two sizes; `mismatches` and `stale` must be 0."""
    policy = default_policy()
    small, large = (_Bench(policy, number) for number in (997, 18_005))
    rounds = 15 if quick else 60
    figures: dict[str, object] = {"requests": REQUESTS}
    for name, bench in (("997", small), ("18005", large)):
        figures |= {f"{key}_{name}": value for key, value in bench.measure(rounds, 60 if quick else 400).items()}
    for key in ("ratio_to_set", "ratio_to_enforce"):
        figures[key] = min(float(str(figures[f"{key}_{name}"])) for name in ("997", "18005"))
    asked, wrong = _mismatches(policy, 331 if quick else 11)
    decisions, stale = asyncio.run(_stale(quick))
    return figures | {
        "points_asked": asked,
        "mismatches": wrong + small.wrong() + large.wrong(),
        "answers_under_change": decisions,
        "stale": stale,
    }


class _Bench:
    """One size: the closure, the permitted relations of each duty, the set of everything allowed, the requests."""

    def __init__(self, policy: Policy, number: int) -> None:
        organs = _organs(number)
        self.policy = policy
        self.classes = {o.id: organ_class(o) for o in organs}
        self.kinds = {pair: r.kind for pair, r in Supervision(organs, [], TODAY).closure().items()}
        seats = [(c, frozenset({r}), *act) for c in sorted(set(self.classes.values())) for r in ROLES for act in ACTS]
        self.seats = seats
        self.permitted = [policy.permitted(*seat) for seat in seats]
        self.by_class = {c: [n for n, s in enumerate(seats) if s[0] == c] for c in set(self.classes.values())}
        self.allowed = {
            (a, b, duty)
            for (a, b), kind in self.kinds.items()
            for duty in self.by_class[self.classes[a]]
            if kind in self.permitted[duty]
        }
        self.requests = self._requests([o.id for o in organs])

    def _requests(self, names: list[str]) -> list[Request]:
        draw = random.Random(825)
        half = draw.sample(sorted(self.allowed), REQUESTS // 2)
        for _ in range(REQUESTS // 2):
            a, b = draw.choice(names), draw.choice(names)
            half.append((a, b, draw.choice(self.by_class[self.classes[a]])))
        draw.shuffle(half)
        return half

    def plain(self) -> int:
        allowed, found = self.allowed, 0
        for a, b, duty in self.requests:
            if (a, b, duty) in allowed:
                found += 1
        return found

    def compiled(self) -> int:
        relation, permitted, found = self.kinds.get, self.permitted, 0
        for a, b, duty in self.requests:
            if relation((a, b)) in permitted[duty]:
                found += 1
        return found

    def explained(self) -> int:
        """The whole verdict with rule and article, as the services ask for it."""
        relation, seats, decide, found = self.kinds.get, self.seats, self.policy.decide, 0
        for a, b, duty in self.requests:
            organ, roles, kind, action = seats[duty]
            if decide(Question(organ, roles, relation((a, b), "none"), kind, action)).allowed:
                found += 1
        return found

    def stock(self, number: int) -> float:
        """Seconds a decision of stock `enforce` over all lines."""
        ask = enforcer(self.policy.lines).enforce
        asked = [(self.seats[d], self.kinds.get((a, b), "none")) for a, b, d in self.requests[:number]]
        start = time.thread_time()
        for (organ, roles, kind, action), relation in asked:
            ask(organ, min(roles), relation, kind, action, "clear")
        return (time.thread_time() - start) / number

    def measure(self, rounds: int, stock: int) -> dict[str, object]:
        runs: tuple[Callable[[], int], ...] = (self.plain, self.compiled, self.explained)
        taken: list[list[float]] = [[], [], []]
        assert len({run() for run in runs}) == 1
        gc.disable()
        for _ in range(rounds):
            for n, run in enumerate(runs):
                start = time.thread_time()
                run()
                taken[n].append((time.thread_time() - start) / REQUESTS)
        gc.enable()
        # Processor time of rounds that take turns: each ratio is of neighbours, whatever else the machine does.
        ratio = statistics.median(a / b for a, b in zip(taken[0], taken[1], strict=True))
        explained = statistics.median(a / b for a, b in zip(taken[0], taken[2], strict=True))
        return {
            "ns_set": round(min(taken[0]) * 1e9, 1),
            "ns_compiled": round(min(taken[1]) * 1e9, 1),
            "ns_explained": round(min(taken[2]) * 1e9, 1),
            "ratio_to_set": round(ratio, 3),
            "explained_to_set": round(explained, 3),
            "ratio_to_enforce": round(self.stock(stock) / statistics.median(taken[1])),
        }

    def wrong(self) -> int:
        """Requests that the set, the permitted relations and the full decision answer differently."""
        wrong = 0
        for a, b, duty in self.requests:
            organ, roles, kind, action = self.seats[duty]
            relation = self.kinds.get((a, b), "none")
            verdict = self.policy.decide(Question(organ, roles, relation, kind, action))
            wrong += len({(a, b, duty) in self.allowed, relation in self.permitted[duty], verdict.allowed}) > 1
        return wrong


def _organs(number: int) -> list[OrganFacts[str]]:
    """The shipped city as often as it takes, its parts renamed; parents come before their children."""
    city = [o.facts for o in checked(read_csv(CITY)).organs]
    return [_renamed(city[n % len(city)], n // len(city)) for n in range(number)]


def _renamed(organ: OrganFacts[str], copy: int) -> OrganFacts[str]:
    def key(name: str | None) -> str | None:
        return None if name is None else f"{copy}.{name}"

    return replace(
        organ,
        id=f"{copy}.{organ.id}",
        parent_id=key(organ.parent_id),
        located_in_id=key(organ.located_in_id),
        administered_by_id=key(organ.administered_by_id),
        successor_id=key(organ.successor_id),
    )


def _mismatches(policy: Policy, stride: int) -> tuple[int, int]:
    """Points asked of stock Casbin, every `stride`-th one, and how many the table answers otherwise."""
    by_id = {line.id: line for line in policy.lines}
    stock = {
        act: enforcer([x for x in policy.lines if among(act[0], x.kind) and among(act[1], x.action)]) for act in LABELS
    }
    asked = wrong = 0
    for question, role, verdict in islice(points(policy), 0, None, stride):
        organ, _, relation, kind, action, standing = question
        allowed, line = stock[kind, action].enforce_ex(organ, role, relation, kind, action, standing)
        asked += 1
        wrong += verdict != verdict_of(allowed, by_id[line[0]] if line else None)
    return asked, wrong


async def _stale(quick: bool) -> tuple[int, int]:
    """Answers while delegations are revoked and organs move, and how many were older than the last commit."""
    from tests import conftest
    from tests.databases import Cluster
    from tests.tenants.staleness import hammer
    from tests.tenants.test_staleness import second_process
    from tests.world import World

    cluster = await asyncio.to_thread(Cluster.start, conftest.HOME)
    try:
        with cluster.backend("embedded").clone() as url:
            world = World.open(url)
            second = second_process(world)
            await world.set_clock("2026-10-09 09:00")
            revocations, moves, times = (20, 3, 1) if quick else (1_000, 200, 60)
            found = await hammer(world, second, revocations=revocations, moves=moves, times=times)
            await second.engine.dispose()
            await world.close()
    finally:
        cluster.stop()
        shutil.rmtree(conftest.HOME, ignore_errors=True)
    return found.decisions, found.stale_allows + found.stale_denials
