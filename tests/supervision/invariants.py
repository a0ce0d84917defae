"""The invariants of procedure.md that hold for one matter whatever happens."""

from __future__ import annotations

from supervision.instruments.rules import FAILED_STATES
from supervision.matters.findings import SETTLED_STATES
from tests.supervision.one_matter import OneMatter
from tests.supervision.things import GOVERNMENT, MACHINES, OWNER, Entry

VERIFYING = {"verify_rectified", "verify_not_rectified", "verify_executed", "verify_not_executed"}
CREATED_BY = {"matter": "proposer", "instrument": "drafter", "report": "drafter"}


def assert_invariants(world: OneMatter) -> None:
    """Invariants 1 to 5 of procedure.md; 6 to 8 belong to certificates, escalation and the database."""
    assert_numbers(world)
    assert_decisions(world)
    assert_separation(world)
    assert_closed_is_finished(world)
    assert rebuilt(world.log, world) == {ref: thing.state for ref, thing in world.things.items()}


def assert_numbers(world: OneMatter) -> None:
    documents = [*world.all("instrument"), *world.all("decision")]
    for thing in documents:
        before_number = {"draft", "in_approval", "decided"}
        withdrawn_draft = thing.state == "withdrawn" and "approver" not in thing.data
        assert "number" in thing.data or thing.state in before_number or withdrawn_draft
    given = [thing.data["number"] for thing in documents if "number" in thing.data]
    assert len(given) == len(set(given)) == sum(map(len, world.numbers.values()))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in world.numbers.values())


def assert_decisions(world: OneMatter) -> None:
    for decision in world.all("decision"):
        assert decision.data["by"] in GOVERNMENT
        assert decision.data["findings"]
        assert not decision.data["findings"] & decision.data["blocked"]
        report = world.things["report", decision.data["report"]]
        instrument = ("instrument", report.data["instrument"])
        assert any(entry.ref == instrument and entry.after in FAILED_STATES for entry in world.log)


def assert_separation(world: OneMatter) -> None:
    closer = ""
    for entry in world.log:
        closer = entry.actor if entry.action == "propose_closing" else closer
        assert entry.action != "approve_closing" or entry.actor != closer
        data = world.things[entry.ref].data
        own = {"open_receipt", "request_extension", "object", "answer"}
        assert not entry.recused or entry.action in own
        if entry.action in {"approve", "approve_opening", "reject_opening", "send_report"}:
            assert data[CREATED_BY[entry.ref[0]]] != entry.actor
        if entry.ref[0] == "report" and entry.action == "decide":
            assert data["drafter"] != entry.actor
        if entry.action == "dismiss":
            assert data["proposer"] != entry.actor
        assert entry.action not in VERIFYING or entry.actor != OWNER


def assert_closed_is_finished(world: OneMatter) -> None:
    if world.matter is not None and world.matter.state == "closed":
        assert all(finding.state in SETTLED_STATES for finding in world.all("finding"))
        assert not {"running", "suspended"} & set(world.deadlines.values())


def rebuilt(log: list[Entry], world: OneMatter) -> dict[tuple[str, int], str]:
    """The states that the log alone gives, each entry checked against the one before."""
    states = {ref: MACHINES[thing.kind].initial for ref, thing in world.things.items()}
    for entry in log:
        assert states[entry.ref] == entry.before
        states[entry.ref] = entry.after
    return states
