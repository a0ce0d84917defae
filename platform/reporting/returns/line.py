"""Returns along business lines: a department reads the sums of what its line has reported (Arts. 2(2), 11(5)).

Nothing is handed in twice: a return goes up the tree, is accepted there and counts from then on in its line, too, by
the dated tree of the period. Row-level security cuts the line to its own organs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from kernel.errors import NotFound
from kernel.work import Work
from reporting.figures import service as figures
from reporting.figures.membership import line_below, lines_of
from reporting.figures.periods import parse
from reporting.returns import completeness, forms, opening, reading, repository
from reporting.returns.forms import Form
from reporting.returns.models import ReturnVersion, StatisticalReturn
from reporting.returns.periods import Period
from reporting.returns.rollup import NOT_OPEN, part_of
from reporting.returns.rules import STATES
from reporting.returns.sheet import Entry, Part, Sheet, digest, stored
from tenants.organs.directory import Directory, directory

ARTICLE = "2(2)"


@dataclass(frozen=True, slots=True)
class Line:
    """What a roll-up along a line is made of. `branches`: the level below, each with everything below it."""

    tree: Directory
    form: Form
    period: Period
    organ_id: UUID
    branches: Mapping[UUID, set[UUID]]
    heads: Mapping[UUID, StatisticalReturn]
    """By organ, of the organ itself and its line, as far as they are open."""
    own: Part | None
    parts: list[Part]
    missing: list[dict[str, Any]]

    @property
    def organs(self) -> list[UUID]:
        """Who owes the form in the line below, and who has reported it."""
        inside = {o for branch, below in self.branches.items() for o in (branch, *below)}
        return _ordered(self.tree, [o for o in inside if o in self.heads or _owes(self.tree, self.form, o)])

    def sheet(self) -> Sheet:
        return sheet_of(self.form, self.own, self.parts, self.missing)

    def digest(self) -> str:
        return digest_of(self.form, self.period, self.organ_id, self.own, self.parts)


def _owes(tree: Directory, form: Form, organ_id: UUID) -> bool:
    return opening.reports(tree, form, organ_id)


def _ordered(tree: Directory, organs: Iterable[UUID]) -> list[UUID]:
    return sorted(organs, key=lambda o: (tree.get(o).sort_key or tree.get(o).key, str(o)))


def in_force(head: StatisticalReturn) -> int:
    """The version that counts: the accepted one, at the top of the city the one handed in; 0 without."""
    return head.accepted_version or (head.version if head.receiver_id is None else 0)


async def gather(work: Work, form_key: str, period_key: str, organ_id: UUID | None, action: str = "read") -> Line:
    """The line of an organ, the reader's own without one. Raises NotFound outside the reader's tree and line, for a
    form or period that there is none of, and for an organ without a line; Denied."""
    organ = organ_id or work.organ_id
    tree = await figures.permit(work, organ, action)
    form, period = completeness.named(form_key, period_key, work)
    branches = await line_below(work, organ, parse(period.key))
    inside = {organ, *(o for branch, below in branches.items() for o in (branch, *below))}
    if len(inside) == 1:
        raise NotFound
    heads = {h.organ_id: h for h in await repository.of_organs(work, list(inside), form.key, period.key)}
    versions = await repository.numbered(work, {h.id: in_force(h) for h in heads.values()})
    parts = {h.organ_id: own_part(h, versions[h.id]) for h in heads.values() if h.id in versions}
    found = Line(tree, form, period, organ, branches, heads, parts.pop(organ, None), [], [])
    for member in found.organs:
        if member in parts:
            found.parts.append(parts[member])
        elif not _ended_within(tree, period, member):
            found.missing.append(_missing(tree, heads.get(member), member))
    return found


def _ended_within(tree: Directory, period: Period, organ_id: UUID) -> bool:
    """Whether its heir reports what it did in the period."""
    ended = tree.facts[organ_id].valid_to
    return ended is not None and ended <= period.last


def _missing(tree: Directory, head: StatisticalReturn | None, organ_id: UUID) -> dict[str, Any]:
    state = STATES[head.state] if head else NOT_OPEN
    return {"organ_id": str(organ_id), "organ": tree.short(organ_id), "state": state}


def own_part(head: StatisticalReturn, version: ReturnVersion) -> Part:
    """What an organ itself did: its own cells, without what it rolled up of those that report to it."""
    form = forms.form_of(head.form_key, head.form_version)
    own = reading.sheet_of_version(form, version).own()
    values = {code: stored(own[code], cell) for code, cell in form.cells.items() if not cell.formula}
    return part_of(head, version, values)


def sheet_of(form: Form, own: Part | None, parts: Sequence[Part], missing: Sequence[Any]) -> Sheet:
    """The numbers of a roll-up. Without an own part the total is that of the line below alone."""
    given = own.values if own else {}
    cells = {code: _entry(given.get(code)) for code, cell in form.cells.items() if not cell.formula}
    return Sheet(form, cells, parts=list(parts), missing=list(missing))


def _entry(value: int | None) -> Entry:
    return Entry(state="none") if value is None else Entry(state="number", value=value)


def digest_of(form: Form, period: Period, organ_id: UUID, own: Part | None, parts: Sequence[Part]) -> str:
    """SHA-256 of the versions that a roll-up rests on: the same as long as none of them is replaced."""
    rests = sorted((p.return_id, p.version, p.digest) for p in (*parts, *([own] if own else [])))
    facts = {"organ": str(organ_id), "form": form.key, "form_version": form.header.version, "period": period.key}
    return digest({**facts, "rests_on": rests})


async def with_line(work: Work, organ_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the organs have somebody in their business line today who owes a return."""
    tree = await directory(work)
    wanted = [forms.current(key, work.today) for key in forms.known()]
    pairs = await lines_of(work, organ_ids, parse(work.today.strftime("%Y-%m")))
    return {top for top, organ in pairs if top != organ and any(_owes(tree, form, organ) for form in wanted)}


def builtins_of(part: Part | None) -> Any:
    return None if part is None else msgspec.to_builtins(part)
