"""What a matter in the tests consists of: persons, kinds, records with a state, lines of the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kernel.machine import Machine
from supervision.clues.rules import CLUE
from supervision.decisions.items import DecisionKind
from supervision.decisions.rules import DECISION, REPORT
from supervision.instruments.kinds import KindRule
from supervision.instruments.rules import INSTRUMENT
from supervision.matters.findings import FINDING
from supervision.matters.rules import MATTER

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
    "revoke": (*GOVERNMENT, "L"),
    "verify_rectified": (*SUPERVISORS, OWNER),
    "verify_not_rectified": (*SUPERVISORS, OWNER),
    "verify_executed": (*SUPERVISORS, OWNER),
    "verify_not_executed": (*SUPERVISORS, OWNER),
}

# Steps that only come along with another one, or with a record that the model creates.
TAKEN_TOGETHER = {
    ("finding", "decide"),
    ("finding", "execute"),
    ("finding", "resume"),
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
