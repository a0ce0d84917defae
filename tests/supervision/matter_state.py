"""The records of one matter in the tests, and the facts that a service would read from them."""

from __future__ import annotations

from typing import Any

from supervision.clues.rules import ClueFacts
from supervision.decisions.items import DecisionItem, check_items
from supervision.decisions.rules import DecisionFacts, ReportFacts
from supervision.decisions.states import LIVE_DECISION_STATES, LIVE_REPORT_STATES
from supervision.instruments.checks import IssueFacts, all_passed, hard_checks
from supervision.instruments.kinds import kind_refusal
from supervision.instruments.rules import LIVE_STATES, InstrumentFacts, has_failed
from supervision.matters.findings import OPEN_STATES, FindingFacts
from supervision.matters.remedies import FindingOnAct, Remedy, blocked_findings
from supervision.matters.rules import MatterFacts
from tests.supervision.things import CLASS, DECISIONS, GOVERNMENT, KINDS, LEADERS, MACHINES, OWNER, UPPER, Entry, Thing


class MatterState:
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
            decision_revoked=action == "resume",
            relapse_seen=self.relapse,
        )

    def _instrument_facts(self, instrument: Thing, action: str, actor: str) -> InstrumentFacts:
        data = instrument.data
        later = [i for i in self.all("instrument") if i.no > instrument.no and i.data["findings"] & data["findings"]]
        deadline = self.deadlines.get(instrument.ref)
        reports = [r for r in self.all("report") if r.data["instrument"] == instrument.no]
        revoked = {d.data["report"] for d in self.all("decision") if d.state == "revoked"}
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
            decision_rests_on_it=any(r.state == "decided" and r.no not in revoked for r in reports),
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
            actor_decided=decision.data["by"] == actor,
        )
