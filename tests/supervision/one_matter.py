"""A small model of one matter that moves only by the rules, for tests over random histories.

It plays the part that services play in the product: it fills the facts, takes the steps that belong to one
act together, and keeps the log. Nothing here decides whether a step is possible.
"""

from __future__ import annotations

from collections.abc import Iterator

from kernel.errors import Barred, IllegalTransition
from supervision.decisions.states import LIVE_REPORT_STATES
from supervision.instruments.kinds import Earlier, kind_refusal, sequence_refusal
from supervision.instruments.numbering import document_number
from supervision.instruments.rules import send_back_action
from supervision.matters.findings import OPEN_STATES
from supervision.matters.remedies import Remedy, findings_to_settle
from tests.supervision.matter_state import MatterState
from tests.supervision.things import (
    CLASS,
    KINDS,
    MACHINES,
    OFFICERS,
    SYSTEM,
    TAKEN_TOGETHER,
    TRIES,
    Entry,
    Move,
    Step,
    Thing,
)


class OneMatter(MatterState):
    """The matter with its steps."""

    # Steps: those that belong together are all checked before the first is taken.

    def plan(self, move: Move) -> list[Step]:
        thing = self.things[move.ref]
        steps: list[Step] = [self._one(thing, move.action, move.actor)]
        if thing.kind == "finding" and move.action in {"verify_rectified", "verify_not_rectified"}:
            steps.insert(0, self._one(self.things["matter", 1], "verify_rectification", move.actor))
        if thing.kind == "finding" and move.action == "drop":
            steps.insert(0, self._one(self.things["matter", 1], "drop_finding", move.actor))
        if thing.kind == "finding" and move.action == "refer":
            steps.insert(0, self._one(self.things["matter", 1], "refer_finding", move.actor))
        if thing.kind == "report" and move.action == "decide":
            chosen = sorted(self.decidable(thing))
            steps += [self._one(self.things["finding", n], "decide", move.actor) for n in chosen]
        if thing.kind == "decision" and move.action == "verify_executed":
            held = [self.things["finding", n] for n in sorted(thing.data["findings"])]
            steps += [self._one(f, "execute", move.actor) for f in held if f.state == "decided"]
        if thing.kind == "decision" and move.action == "revoke":
            held = [self.things["finding", n] for n in sorted(thing.data["findings"])]
            steps += [self._one(f, "resume", move.actor) for f in held if f.state == "decided"]
        return steps

    def _one(self, thing: Thing, action: str, actor: str) -> Step:
        return MACHINES[thing.kind], thing, action, self.facts(thing, action, actor)

    def refusal(self, move: Move) -> IllegalTransition | Barred | None:
        """Why the move is not possible now; None when it is."""
        try:
            for machine, thing, action, facts in self.plan(move):
                machine.step(thing.state, action, facts)
        except (IllegalTransition, Barred) as error:
            return error
        return None

    def changes_state(self, move: Move) -> bool:
        """Whether a move that is possible leads out of the present state."""
        thing = self.things[move.ref]
        machine, _, action, facts = self.plan(move)[-1] if thing.kind == "finding" else self.plan(move)[0]
        return machine.step(thing.state, action, facts).reached_from(thing.state) != thing.state

    def take(self, move: Move) -> None:
        """Takes the move, or raises the refusal and changes nothing."""
        thing = self.things[move.ref]
        chosen = self.decidable(thing) if thing.kind == "report" else frozenset()
        taken = [(thing, action, machine.step(thing.state, action, facts).reached_from(thing.state))
                 for machine, thing, action, facts in self.plan(move)]  # fmt: skip
        for changed, action, after in taken:
            recused = move.actor in self.recused
            self.log.append(Entry(changed.ref, action, move.actor, changed.state, after, recused))
            changed.state = after
        effect = getattr(self, f"_after_{thing.kind}", None)
        if effect is not None:
            effect(thing, move.action, move.actor, chosen)

    def _after_clue(self, clue: Thing, action: str, actor: str, chosen: frozenset[int]) -> None:
        if action == "propose_dismissal":
            clue.data["proposer"] = actor
        if action == "extend":
            clue.data["extensions"] = clue.data.get("extensions", 0) + 1

    def _after_matter(self, matter: Thing, action: str, actor: str, chosen: frozenset[int]) -> None:
        if action in {"approve_opening", "assign_handlers"}:
            self.handlers = self.planned
        if action == "propose_closing":
            matter.data["closer"] = actor
        if action == "look_back":
            self.relapse = True
        if action == "reopen":
            matter.data["round"] = matter.data.get("round", 1) + 1
        swap = {"suspend": ("running", "suspended"), "resume": ("suspended", "running")}.get(action)
        if swap is not None:
            self.deadlines = {k: swap[1] if v == swap[0] else v for k, v in self.deadlines.items()}

    def _after_instrument(self, instrument: Thing, action: str, actor: str, chosen: frozenset[int]) -> None:
        data = instrument.data
        if action == "approve":
            data["approver"] = actor
            data["number"] = self._number(data["kind"])
        if action in {"request_extension", "decide_extension"}:
            data["extension_pending"] = action == "request_extension"
            data["extensions"] += action == "request_extension"
            self.expired.discard(instrument.ref)
        if action in {"object", "decide_objection"}:
            data["objected"] = action == "object"
        if action == "send_back":
            data["send_backs"] += 1
            data["lapsed"] = False
        if action == "lapse":
            data["lapsed"] = True
        self._instrument_deadline(instrument, action)

    def _instrument_deadline(self, instrument: Thing, action: str) -> None:
        state = {"answer": "met", "lapse": "lapsed", "refuse": "cancelled", "withdraw": "cancelled",
                 "supersede": "cancelled"}.get(action)  # fmt: skip
        first = action == "open_receipt" and instrument.ref not in self.deadlines
        if action in {"serve", "send_back"} or first:
            self.deadlines[instrument.ref] = "running" if self.matter_open else "suspended"
            self.expired.discard(instrument.ref)
        elif state and self.deadlines.get(instrument.ref) in {"running", "suspended"}:
            self.deadlines[instrument.ref] = state

    def _number(self, kind: str) -> str:
        taken = self.numbers.setdefault(kind, [])
        taken.append(len(taken) + 1)
        return document_number(f"建司{kind}", 2026, taken[-1])

    def _after_report(self, report: Thing, action: str, actor: str, chosen: frozenset[int]) -> None:
        if action == "decide":
            self.add("decision", findings=chosen, report=report.no, by=actor, blocked=self.blocked())

    def _after_decision(self, decision: Thing, action: str, actor: str, chosen: frozenset[int]) -> None:
        if action == "issue":
            decision.data["number"] = self._number("decision")
        if action == "serve":
            self.deadlines[decision.ref] = "running"
        if self.deadlines.get(decision.ref) in {"running", "suspended"}:
            ended = {"report_execution": "met", "verify_not_executed": "lapsed", "revoke": "cancelled"}.get(action)
            self.deadlines[decision.ref] = ended or self.deadlines[decision.ref]

    def moves(self) -> Iterator[Move]:
        """Everything that anybody might try on anything that exists."""
        for thing in self.things.values():
            machine = MACHINES[thing.kind]
            for action in dict.fromkeys(t.action for t in machine.transitions):
                if (thing.kind, action) in TAKEN_TOGETHER:
                    continue
                actors = TRIES.get(action, OFFICERS)
                if thing.kind == "decision" and action in {"issue", "serve"}:
                    actors = ("G", "L")
                yield from (Move(thing.ref, action, actor) for actor in actors)

    # What creates records: the conditions are again the rules' own.

    def propose(self, actor: str) -> bool:
        clue = self.things["clue", 1]
        if self.matter is not None or clue.state != "accepted" or actor in self.recused:
            return False
        self.add("matter", proposer=actor)
        return True

    def establish(self, actor: str, act: str | None) -> bool:
        move = Move(("matter", 1), "establish_finding", actor)
        if self.matter is None or len(self.all("finding")) >= 3 or self.refusal(move) is not None:
            return False
        self.take(move)
        self.add("finding", act=act)
        return True

    def draft(self, actor: str, kind: str) -> bool:
        """Drafts an instrument on all open findings."""
        open_findings = frozenset(f.no for f in self.all("finding") if f.state in OPEN_STATES)
        earlier = [Earlier(i.data["kind"], i.state) for i in self.all("instrument")]
        obstacle = kind_refusal(kind, "level", CLASS.get(actor, ""), KINDS) or sequence_refusal(kind, earlier)
        if obstacle or not self.matter_open or not open_findings or actor in self.recused:
            return False
        self.add(
            "instrument", kind=kind, drafter=actor, findings=open_findings, extensions=0, extension_pending=False,
            objected=None, refuses=False, send_backs=0, lapsed=False,
        )  # fmt: skip
        return True

    def draft_report(self, actor: str) -> bool:
        failed = [i for i in self.all("instrument") if self.failed(i)]
        if not failed or not self.matter_open or any(r.state in LIVE_REPORT_STATES for r in self.all("report")):
            return False
        self.add("report", drafter=actor, instrument=failed[-1].no, findings=failed[-1].data["findings"])
        return True

    def enter_remedy(self, actor: str, act: str) -> bool:
        move = Move(("matter", 1), "enter_remedy", actor)
        if self.matter is None or self.refusal(move) is not None:
            return False
        self.take(move)
        self.remedies.append(Remedy(act, "reconsideration", running=True))
        return True

    def end_remedy(self, actor: str, settles: bool) -> bool:
        move = Move(("matter", 1), "end_remedy", actor)
        if self.matter is None or self.refusal(move) is not None:
            return False
        self.take(move)
        index = next(i for i, remedy in enumerate(self.remedies) if remedy.running)
        act = self.remedies[index].act
        self.remedies[index] = Remedy(act, "reconsideration", running=False, settles=settles)
        for key in findings_to_settle(self.on_acts(), self.remedies):
            self.take(Move(("finding", int(key[1:])), "settle", SYSTEM))
        return True

    def time_passes(self) -> None:
        self.expired |= {ref for ref, state in self.deadlines.items() if state == "running"}

    def next_send_back(self, instrument: Thing) -> str:
        return send_back_action(instrument.data["send_backs"], 3)
