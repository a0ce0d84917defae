"""Random histories of one matter, moved by the rules alone; the invariants of procedure.md after every step."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kernel.errors import Barred, IllegalTransition
from supervision.matters.findings import OPEN_STATES
from tests.supervision.invariants import assert_invariants
from tests.supervision.one_matter import OneMatter
from tests.supervision.things import (
    ACTS,
    GOVERNMENT,
    LEADERS,
    MACHINES,
    OFFICERS,
    OWNER,
    SUPERVISORS,
    SYSTEM,
    Move,
)


class Procedure(RuleBasedStateMachine):
    """Anybody tries anything; half of the steps are drawn from those that the rules allow, to get far."""

    def __init__(self) -> None:
        super().__init__()
        self.world = OneMatter()

    @initialize(
        start=st.sampled_from(
            ["clue", "proposed", "open", "two_instruments", "answered", "lapsed", "reported", "decided", "closed"]
        )
    )
    def begin(self, start: str) -> None:
        """Starts at an early or a late point, so that what comes late is not left to luck."""
        for stretch in STARTS[start]:
            stretch(self.world)

    @rule(data=st.data())
    def advance(self, data: st.DataObject) -> None:
        self._take_one_of(data, [m for m in self.world.moves() if self.world.refusal(m) is None])

    @rule(data=st.data())
    def advance_far(self, data: st.DataObject) -> None:
        """Some steps in a row, each of which changes a state: a matter that really goes on."""
        for _ in range(data.draw(st.integers(1, 5))):
            possible = (m for m in self.world.moves() if self.world.refusal(m) is None)
            self._take_one_of(data, [m for m in possible if self.world.changes_state(m)])
            assert_invariants(self.world)

    def _take_one_of(self, data: st.DataObject, possible: list[Move]) -> None:
        if possible:
            ref, action = data.draw(st.sampled_from(sorted({(m.ref, m.action) for m in possible})))
            actors = [m.actor for m in possible if (m.ref, m.action) == (ref, action)]
            self.world.take(Move(ref, action, data.draw(st.sampled_from(actors))))

    @rule(data=st.data())
    def attempt(self, data: st.DataObject) -> None:
        move = data.draw(st.sampled_from(list(self.world.moves())))
        refusal = self.world.refusal(move)
        if refusal is None:
            self.world.take(move)
            return
        assert refusal.article
        before = {ref: thing.state for ref, thing in self.world.things.items()}
        with pytest.raises(type(refusal), match=re.escape(refusal.message)):
            self.world.take(move)
        assert before == {ref: thing.state for ref, thing in self.world.things.items()}

    @rule(actor=st.sampled_from(OFFICERS))
    def propose(self, actor: str) -> None:
        self.world.propose(actor)

    @precondition(lambda self: self.world.matter_open)
    @rule(actor=st.sampled_from(SUPERVISORS), act=st.sampled_from([*ACTS, None]))
    def establish(self, actor: str, act: str | None) -> None:
        self.world.establish(actor, act)

    @precondition(lambda self: self.world.all("finding"))
    @rule(actor=st.sampled_from(SUPERVISORS), kind=st.sampled_from(["urging_letter", "opinion"]))
    def draft(self, actor: str, kind: str) -> None:
        self.world.draft(actor, kind)

    @precondition(lambda self: self.world.all("instrument"))
    @rule(actor=st.sampled_from([*SUPERVISORS, *LEADERS, SYSTEM]))
    def draft_report(self, actor: str) -> None:
        self.world.draft_report(actor)

    @precondition(lambda self: self.world.all("finding"))
    @rule(actor=st.sampled_from([OWNER, "A"]), act=st.sampled_from(ACTS))
    def enter_remedy(self, actor: str, act: str) -> None:
        self.world.enter_remedy(actor, act)

    @precondition(lambda self: self.world.remedies)
    @rule(actor=st.sampled_from([OWNER, "A"]), settles=st.booleans())
    def end_remedy(self, actor: str, settles: bool) -> None:
        self.world.end_remedy(actor, settles)

    @rule(actor=st.sampled_from([*OFFICERS, *GOVERNMENT]))
    def declare_recusal(self, actor: str) -> None:
        if len(self.world.recused) < 2:
            self.world.recused.add(actor)

    @rule()
    def lift_recusals(self) -> None:
        self.world.recused.clear()

    @rule(team=st.permutations(SUPERVISORS), size=st.integers(1, 3))
    def plan_team(self, team: list[str], size: int) -> None:
        self.world.planned = tuple(team[:size])

    @precondition(lambda self: self.world.deadlines)
    @rule()
    def time_passes(self) -> None:
        self.world.time_passes()

    @precondition(lambda self: self.world.all("instrument"))
    @rule(refuses=st.booleans())
    def declare_refusal(self, refuses: bool) -> None:
        self.world.all("instrument")[-1].data["refuses"] = refuses

    @precondition(lambda self: self.world.all("report"))
    @rule(careless=st.booleans())
    def tick_carelessly(self, careless: bool) -> None:
        self.world.all("report")[-1].data["careless"] = careless

    @invariant()
    def holds(self) -> None:
        assert_invariants(self.world)


# One history step by step: the way of the statute from a clue to the executed decision.


def take(world: OneMatter, kind: str, action: str, actor: str, no: int | None = None) -> None:
    ref = (kind, no if no is not None else len(world.all(kind)))
    world.take(Move(ref, action, actor))
    assert_invariants(world)


def to_proposed_matter(world: OneMatter) -> None:
    take(world, "clue", "accept", "A")
    assert world.propose("A")


def to_open_matter(world: OneMatter) -> None:
    to_proposed_matter(world)
    take(world, "matter", "approve_opening", "L")
    take(world, "clue", "open_matter", "L")
    for act in (*ACTS, None):
        assert world.establish("A", act)


def served(world: OneMatter, kind: str) -> None:
    assert world.draft("A", kind)
    for action, actor in (("submit", "A"), ("approve", "L"), ("issue", "L"), ("open_receipt", OWNER)):
        take(world, "instrument", action, actor)


def to_lapsed_letter(world: OneMatter) -> None:
    served(world, "urging_letter")
    world.time_passes()
    take(world, "instrument", "lapse", SYSTEM)


def to_reported(world: OneMatter) -> None:
    served(world, "opinion")
    world.time_passes()
    take(world, "instrument", "lapse", SYSTEM)
    assert world.draft_report(SYSTEM)
    take(world, "report", "send_report", "L")


def to_served_decision(world: OneMatter) -> None:
    take(world, "report", "decide", "G")
    take(world, "decision", "issue", "G")
    take(world, "decision", "serve", "G")


def to_answered_letter(world: OneMatter) -> None:
    served(world, "urging_letter")
    take(world, "instrument", "answer", OWNER)


def to_two_instruments(world: OneMatter) -> None:
    served(world, "urging_letter")
    served(world, "opinion")


def to_closed(world: OneMatter) -> None:
    for no in (1, 2, 3):
        take(world, "finding", "verify_rectified", "B", no)
    take(world, "instrument", "accept", "A")
    take(world, "matter", "propose_closing", "A")
    take(world, "matter", "approve_closing", "L")


STARTS: dict[str, tuple[Callable[[OneMatter], None], ...]] = {
    "clue": (),
    "proposed": (to_proposed_matter,),
    "open": (to_open_matter,),
    "two_instruments": (to_open_matter, to_two_instruments),
    "answered": (to_open_matter, to_answered_letter),
    "lapsed": (to_open_matter, to_lapsed_letter),
    "reported": (to_open_matter, to_lapsed_letter, to_reported),
    "decided": (to_open_matter, to_lapsed_letter, to_reported, to_served_decision),
    "closed": (to_open_matter, to_answered_letter, to_closed),
}


def test_any_history_keeps_the_invariants() -> None:
    """As a plain function: pytest's fixtures for all tests do not fit hypothesis' own test case."""
    run_state_machine_as_test(
        Procedure,
        settings=settings(
            max_examples=80, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )


def happen(world: OneMatter, chance: random.Random) -> None:
    """Something beside the steps of the existing records: a new record, a remedy, a recusal, time."""
    last = world.all("instrument")[-1:]
    report = world.all("report")[-1:]
    event = chance.choice(["propose", "establish", "draft", "draft", "report", "report", "remedy", "end", "end",
                           "time", "recuse", "lift", "lift", "team", "refuses", "careless"])  # fmt: skip
    match event:
        case "propose":
            world.propose(chance.choice(OFFICERS))
        case "establish":
            world.establish(chance.choice(SUPERVISORS), chance.choice([*ACTS, None]))
        case "draft":
            world.draft(chance.choice([*SUPERVISORS, *LEADERS]), chance.choice(["urging_letter", "opinion"]))
        case "report":
            world.draft_report(chance.choice([SYSTEM, "A", "L"]))
        case "remedy":
            world.enter_remedy(OWNER, chance.choice(ACTS))
        case "end":
            world.end_remedy("A", settles=chance.random() < 0.3)
        case "time":
            world.time_passes()
        case "recuse":
            world.recused.add(chance.choice([*OFFICERS, *GOVERNMENT]))
        case "lift":
            world.recused.clear()
        case "team":
            world.planned = tuple(chance.sample(SUPERVISORS, chance.choice([1, 2, 2, 3])))
        case "refuses" if last:
            last[0].data["refuses"] = chance.random() < 0.5
        case "careless" if report:
            report[0].data["careless"] = chance.random() < 0.3


def any_possible(world: OneMatter, chance: random.Random) -> Move | None:
    """A possible move, every action as likely as any other."""
    by_action: dict[tuple[str, str], list[Move]] = {}
    for move in world.moves():
        by_action.setdefault((move.ref[0], move.action), []).append(move)
    for action in chance.sample(sorted(by_action), len(by_action)):
        tried = chance.sample(by_action[action], len(by_action[action]))
        found = next((move for move in tried if world.refusal(move) is None), None)
        if found is not None:
            return found
    return None


def walk(seed: int, steps: int) -> OneMatter:
    chance = random.Random(seed)
    world = OneMatter()
    for stretch in STARTS[list(STARTS)[seed % len(STARTS)]]:
        stretch(world)
    for _ in range(steps):
        move = any_possible(world, chance) if chance.random() < 0.6 else None
        if move is not None:
            world.take(move)
        else:
            happen(world, chance)
        assert_invariants(world)
    return world


def test_long_walks_take_every_step_of_every_table() -> None:
    waiting = {(kind, t.action) for kind, machine in MACHINES.items() for t in machine.transitions}
    for seed in range(270):
        waiting -= {(entry.ref[0], entry.action) for entry in walk(seed, 50).log}
        if not waiting:
            break
    assert waiting == set()


def test_from_the_clue_to_the_executed_decision() -> None:
    world = OneMatter()
    to_open_matter(world)
    to_lapsed_letter(world)
    to_reported(world)
    assert world.enter_remedy(OWNER, "act-1")
    to_served_decision(world)
    assert [f.state for f in world.all("finding")] == ["established", "decided", "decided"]

    take(world, "decision", "report_execution", OWNER)
    take(world, "decision", "verify_executed", "B")
    with pytest.raises(IllegalTransition, match="尚有问题"):
        take(world, "matter", "propose_closing", "A")

    assert world.end_remedy(OWNER, settles=True)
    assert [f.state for f in world.all("finding")] == ["dropped", "executed", "executed"]
    take(world, "matter", "propose_closing", "A")
    take(world, "matter", "approve_closing", "M")
    take(world, "clue", "answer", "A")
    assert world.matter is not None
    assert world.matter.state == "closed"


def test_a_remedy_that_settles_nothing_lets_the_government_decide_afterwards() -> None:
    world = OneMatter()
    for stretch in (to_open_matter, to_lapsed_letter, to_reported):
        stretch(world)
    assert world.enter_remedy("A", "act-2")
    world.all("report")[0].data["careless"] = True
    with pytest.raises(Barred, match="行政复议"):
        take(world, "report", "decide", "G")
    assert world.end_remedy("A", settles=False)
    take(world, "report", "decide", "G")
    assert all(finding.state == "decided" for finding in world.all("finding"))


def test_the_supervision_body_itself_never_decides() -> None:
    world = OneMatter()
    for stretch in (to_open_matter, to_lapsed_letter, to_reported):
        stretch(world)
    with pytest.raises(Barred) as refused:
        take(world, "report", "decide", "L")
    assert refused.value.article == "20"
    assert refused.value.remedy


def test_a_letter_that_is_answered_and_verified_leads_to_the_closing() -> None:
    world = OneMatter()
    to_open_matter(world)
    served(world, "urging_letter")
    take(world, "instrument", "request_extension", OWNER)
    take(world, "instrument", "decide_extension", "L")
    with pytest.raises(IllegalTransition, match="次数已经用完"):
        take(world, "instrument", "request_extension", OWNER)
    take(world, "instrument", "answer", OWNER)
    take(world, "instrument", "send_back", "A")
    take(world, "instrument", "answer", OWNER)
    for no in (1, 2, 3):
        take(world, "finding", "verify_rectified", "B", no)
    take(world, "instrument", "accept", "A")
    take(world, "matter", "propose_closing", "A")
    take(world, "matter", "approve_closing", "L")
    take(world, "matter", "look_back", "A")
    take(world, "matter", "reopen", "L")
    take(world, "finding", "relapse", "A", 1)
    assert world.things["finding", 1].state in OPEN_STATES


def test_the_third_sending_back_is_a_refusal() -> None:
    world = OneMatter()
    to_open_matter(world)
    served(world, "opinion")
    for expected in ("send_back", "send_back", "refuse"):
        take(world, "instrument", "answer", OWNER)
        instrument = world.all("instrument")[0]
        assert world.next_send_back(instrument) == expected
        take(world, "instrument", expected, "L")
    assert world.draft_report("A")
    take(world, "report", "send_report", "L")
