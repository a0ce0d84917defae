"""A small model of one matter that moves only by the rules, for tests over random histories.

It plays the part that services play in the product: it fills the facts, takes the steps that belong to one
act together, and keeps the log. Nothing here decides whether a step is possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kernel.errors import Barred, IllegalTransition
from kernel.machine import Machine
from supervision.clues.rules import CLUE, ClueFacts
from supervision.decisions.items import DecisionItem, DecisionKind, check_items
from supervision.decisions.rules import DECISION, REPORT, DecisionFacts, ReportFacts
from supervision.decisions.states import LIVE_DECISION_STATES, LIVE_REPORT_STATES
from supervision.instruments.checks import IssueFacts, all_passed, hard_checks
from supervision.instruments.kinds import Earlier, KindRule, kind_refusal, sequence_refusal
from supervision.instruments.numbering import document_number
from supervision.instruments.rules import INSTRUMENT, LIVE_STATES, InstrumentFacts, has_failed, send_back_action
from supervision.matters.findings import FINDING, OPEN_STATES, FindingFacts
from supervision.matters.remedies import FindingOnAct, Remedy, blocked_findings, findings_to_settle
from supervision.matters.rules import MATTER, MatterFacts

SUPERVISORS = ("A", "B", "C")
LEADERS = ("L", "M")
GOVERNMENT = ("G", "H")
OWNER, UPPER, SYSTEM = "O", "U", "S"
OFFICERS = SUPERVISORS + LEADERS
CLASS = dict.fromkeys(OFFICERS, "justice_department") | dict.fromkeys(GOVERNMENT, "government") | {OWNER: "department"}

LETTERS = frozenset({"justice_department"})
KINDS = {
    "urging_letter": KindRule("urging_letter", "督办函", LETTERS, frozenset({"level", "vertical"}), "19"),
    "opinion": KindRule("opinion", "意见书", LETTERS, frozenset({"level", "vertical"}), "19"),
}
DECISIONS = {
    "supplement_or_correct": DecisionKind("supplement_or_correct", "责令补正或者改正", {"minor_form": "形式瑕疵"}),
    "revoke": DecisionKind("revoke", "撤销", {"facts_unclear": "主要事实不清"}, frozenset({"vertical"})),
}
ACTS = ("act-1", "act-2")

# Who tries a step. The owner and the supervision body's leaders also try what only the rules keep from them.
TRIES: dict[str, tuple[str, ...]] = {
    "order_from_above": (UPPER,),
    "enter_remedy": (OWNER, "A"),
    "serve": (SYSTEM,),
    "open_receipt": (OWNER,),
    "request_extension": (OWNER,),
    "object": (OWNER,),
    "answer": (OWNER,),
    "report_execution": (OWNER,),
    "lapse": (SYSTEM,),
    "supersede": (SYSTEM,),
    "decide": (*GOVERNMENT, "L"),
    "return_report": (*GOVERNMENT, "L"),
    "decline": (*GOVERNMENT, "L"),
    "verify_rectified": (*SUPERVISORS, OWNER),
    "verify_not_rectified": (*SUPERVISORS, OWNER),
    "verify_executed": (*SUPERVISORS, OWNER),
    "verify_not_executed": (*SUPERVISORS, OWNER),
}

# Steps that only come along with another one, or with a record that the model creates.
TAKEN_TOGETHER = {
    ("finding", "decide"),
    ("finding", "execute"),
    ("finding", "settle"),
    ("matter", "establish_finding"),
    ("matter", "enter_remedy"),
    ("matter", "end_remedy"),
}


@dataclass
class Thing:
    """A record with a state; `data` holds what the model needs to fill the facts."""

    kind: str
    no: int
    state: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> tuple[str, int]:
        return self.kind, self.no


class Entry(NamedTuple):
    """One line of the log: enough to rebuild every state, and to check who did what."""

    ref: tuple[str, int]
    action: str
    actor: str
    before: str
    after: str
    recused: bool


class Move(NamedTuple):
    """A step that somebody tries."""

    ref: tuple[str, int]
    action: str
    actor: str


Step = tuple[Machine[Any], Thing, str, Any]
MACHINES: dict[str, Machine[Any]] = {
    "clue": CLUE,
    "matter": MATTER,
    "finding": FINDING,
    "instrument": INSTRUMENT,
    "report": REPORT,
    "decision": DECISION,
}


class OneMatter:
    """One clue, the matter that grows from it, two acts, and everything under the matter."""

    def __init__(self) -> None:
        self.things: dict[tuple[str, int], Thing] = {}
        self.log: list[Entry] = []
        self.recused: set[str] = set()
        self.handlers: tuple[str, ...] = ()
        self.planned: tuple[str, ...] = ("A", "B")
        self.remedies: list[Remedy[str]] = []
        self.deadlines: dict[tuple[str, int], str] = {}
        self.expired: set[tuple[str, int]] = set()
        self.numbers: dict[str, list[int]] = {}
        self.relapse = False
        self.add("clue")

    def add(self, kind: str, /, **data: Any) -> Thing:
        no = sum(1 for thing in self.things.values() if thing.kind == kind) + 1
        thing = Thing(kind, no, MACHINES[kind].initial, data)
        self.things[thing.ref] = thing
        return thing

    def all(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.kind == kind]

    @property
    def matter(self) -> Thing | None:
        return self.things.get(("matter", 1))

    @property
    def matter_open(self) -> bool:
        return self.matter is not None and self.matter.state == "open"

    # Facts, as a service would read them from its rows.

    def on_acts(self) -> list[FindingOnAct[str]]:
        return [FindingOnAct(f"f{f.no}", f.data["act"], f.state) for f in self.all("finding")]

    def blocked(self) -> set[int]:
        return {int(key[1:]) for key in blocked_findings(self.on_acts(), self.remedies)}

    def covered_by(self, finding: Thing) -> list[Thing]:
        return [i for i in self.all("instrument") if finding.no in i.data["findings"]]

    def failed(self, instrument: Thing) -> bool:
        return has_failed(instrument.state, instrument.data["lapsed"])

    def facts(self, thing: Thing, action: str, actor: str) -> Any:
        return getattr(self, f"_{thing.kind}_facts")(thing, action, actor)

    def _clue_facts(self, clue: Thing, action: str, actor: str) -> ClueFacts:
        matter = self.matter
        return ClueFacts(
            actor_recused=actor in self.recused,
            dismissal_proposed="proposer" in clue.data,
            actor_proposed_dismissal=clue.data.get("proposer") == actor,
            extensions_used=clue.data.get("extensions", 0),
            matter_approved=matter is not None and matter.state not in {"proposed", "rejected"},
            outcome_known=clue.state == "passed_on" or (matter is not None and matter.state == "closed"),
        )

    def _matter_facts(self, matter: Thing, action: str, actor: str) -> MatterFacts:
        team = self.planned if action in {"approve_opening", "assign_handlers"} else self.handlers
        return MatterFacts(
            actor_recused=actor in self.recused,
            actor_proposed_opening=matter.data["proposer"] == actor,
            actor_proposed_closing=matter.data.get("closer") == actor,
            actor_on_case=actor in self.handlers,
            actor_is_owner=actor == OWNER,
            actor_is_upper=actor == UPPER,
            supervised_in_reach=True,
            handler_count=len(team),
            handlers_certified=True,
            any_handler_recused=bool(set(team) & self.recused),
            finding_states=tuple(f.state for f in self.all("finding")),
            open_deadlines=sum(state in {"running", "suspended"} for state in self.deadlines.values()),
            live_instruments=sum(i.state in LIVE_STATES for i in self.all("instrument")),
            live_reports=sum(r.state in LIVE_REPORT_STATES for r in self.all("report")),
            live_decisions=sum(d.state in LIVE_DECISION_STATES for d in self.all("decision")),
            running_remedies=sum(remedy.running for remedy in self.remedies),
            undecided_recusals=len(self.recused),
            reopening_needed=self.relapse,
        )

    def _finding_facts(self, finding: Thing, action: str, actor: str) -> FindingFacts:
        decided = [d for d in self.all("decision") if finding.no in d.data["findings"]]
        about = [r for r in self.remedies if r.act == finding.data["act"]]
        return FindingFacts(
            matter_open=self.matter_open,
            actor_recused=actor in self.recused,
            actor_on_case=actor in self.handlers,
            actor_is_owner=actor == OWNER,
            answered=any(i.state == "answered" for i in self.covered_by(finding)),
            blocked=finding.no in self.blocked(),
            instrument_failed=any(self.failed(i) for i in self.covered_by(finding)),
            settled_by_remedy=any(r.settles for r in about) and not any(r.running for r in about),
            execution_verified=any(d.state == "execution_reported" for d in decided),
            decision_not_executed=any(d.state == "not_executed" for d in decided),
            relapse_seen=self.relapse,
        )

    def _instrument_facts(self, instrument: Thing, action: str, actor: str) -> InstrumentFacts:
        data = instrument.data
        later = [i for i in self.all("instrument") if i.no > instrument.no and i.data["findings"] & data["findings"]]
        deadline = self.deadlines.get(instrument.ref)
        reports = [r for r in self.all("report") if r.data["instrument"] == instrument.no]
        return InstrumentFacts(
            matter_open=self.matter_open,
            actor_recused=actor in self.recused,
            actor_on_case=actor in self.handlers or actor in LEADERS,
            actor_is_drafter=data["drafter"] == actor,
            actor_is_owner=actor == OWNER,
            actor_is_leader=actor in LEADERS,
            actor_issued=actor in {data["drafter"], data.get("approver")},
            kind_allowed=kind_refusal(data["kind"], "level", CLASS.get(actor, ""), KINDS) is None,
            finding_count=len(data["findings"]),
            checks_passed=all_passed(hard_checks(self._issue_facts(data["kind"]))),
            numbered="number" in data,
            deadline_passed=instrument.ref in self.expired,
            deadline_suspended=deadline == "suspended",
            extensions_used=data["extensions"],
            workdays_left=0 if instrument.ref in self.expired else 5,
            extension_pending=data["extension_pending"],
            objection_made=data["objected"] is not None,
            objection_pending=data["objected"] is True,
            refused_expressly=data["refuses"],
            send_backs=data["send_backs"],
            needs_leader=data["kind"] == "opinion",
            findings_verified=all(self.things["finding", n].state not in OPEN_STATES for n in data["findings"]),
            decision_rests_on_it=any(r.state == "decided" for r in reports),
            report_rests_on_it=any(r.state in {"reported", "returned"} for r in reports),
            successor_served=any(i.state == "served" for i in later),
        )

    def _issue_facts(self, kind: str, findings: frozenset[int] = frozenset()) -> IssueFacts:
        return IssueFacts(
            kind=kind,
            relation="level",
            kind_obstacle=None,
            content_obstacle=None,
            sequence_obstacle=None,
            relation_live=True,
            failed_instrument=True,
            remedies_checked_today=True,
            blocked_findings=len(findings & self.blocked()),
            findings_without_evidence=0,
            findings_without_provision=0,
            due_is_workday=True,
            due_explained=True,
            handlers=len(self.handlers),
            handlers_certified=True,
            any_recused=bool(set(self.handlers) & self.recused),
            complainant_named=False,
            secret=False,
            legal_review_done=True,
            copies_complete=True,
            receipt_open=True,
        )

    def decidable(self, report: Thing) -> frozenset[int]:
        """What the government leader ticks: open findings of the report, the blocked ones only by mistake."""
        ours = {n for n in report.data["findings"] if self.things["finding", n].state in OPEN_STATES}
        careless = report.data.get("careless", False)
        return frozenset(ours if careless else ours - self.blocked())

    def _report_facts(self, report: Thing, action: str, actor: str) -> ReportFacts:
        chosen = self.decidable(report)
        items = [DecisionItem(f"f{n}", "supplement_or_correct", "minor_form", "补正") for n in sorted(chosen)]
        return ReportFacts(
            matter_open=self.matter_open,
            actor_recused=actor in self.recused,
            actor_is_drafter=report.data["drafter"] == actor,
            organ_class=CLASS.get(actor, ""),
            own_government=actor in GOVERNMENT,
            instrument_failed=self.failed(self.things["instrument", report.data["instrument"]]),
            proposals_allowed=not check_items(items, self.on_acts(), DECISIONS, "level"),
            remedies_checked_today=True,
            item_count=len(chosen),
            blocked_items=len(chosen & self.blocked()),
        )

    def _decision_facts(self, decision: Thing, action: str, actor: str) -> DecisionFacts:
        return DecisionFacts(
            actor_recused=actor in self.recused,
            actor_on_case=actor in self.handlers,
            actor_is_owner=actor == OWNER,
            organ_class=CLASS.get(actor, ""),
            numbered=True,
            checks_passed=all_passed(hard_checks(self._issue_facts("decision"))),
            blocked_items=len(decision.data["findings"] & self.blocked()),
            term_passed=decision.ref in self.expired,
        )

    # Steps: those that belong together are all checked before the first is taken.

    def plan(self, move: Move) -> list[Step]:
        thing = self.things[move.ref]
        steps: list[Step] = [self._one(thing, move.action, move.actor)]
        if thing.kind == "finding" and move.action in {"verify_rectified", "verify_not_rectified"}:
            steps.insert(0, self._one(self.things["matter", 1], "verify_rectification", move.actor))
        if thing.kind == "finding" and move.action == "drop":
            steps.insert(0, self._one(self.things["matter", 1], "drop_finding", move.actor))
        if thing.kind == "report" and move.action == "decide":
            chosen = sorted(self.decidable(thing))
            steps += [self._one(self.things["finding", n], "decide", move.actor) for n in chosen]
        if thing.kind == "decision" and move.action == "verify_executed":
            held = [self.things["finding", n] for n in sorted(thing.data["findings"])]
            steps += [self._one(f, "execute", move.actor) for f in held if f.state == "decided"]
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
            ended = {"report_execution": "met", "verify_not_executed": "lapsed"}.get(action)
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
