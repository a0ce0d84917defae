"""Hits, models and comparisons as a supervision body reads them (Arts. 10(5)-(7), 11(5))."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from kernel.errors import Invalid, NotFound
from kernel.work import Work
from supervision.checks import asking, benchmarks, repository
from supervision.checks.commands import HitFilter
from supervision.checks.models import Benchmark, CheckHit, CheckSwitch
from supervision.checks.rules import (
    KINDS,
    MISTAKEN,
    REASON_OF,
    SEVERITIES,
    STATES,
    TIERS,
    Rate,
    Rule,
    bounds,
    catalogue,
    distance,
    like,
    outline,
    told,
)
from supervision.checks.views import (
    BenchmarkPage,
    BenchmarkRow,
    HitPage,
    HitRow,
    HitView,
    LikeCase,
    LikeCases,
    ModelsPage,
    ModelView,
    RecordDate,
    RunView,
    SwitchView,
    TierRow,
)
from supervision.records.models import EnforcementRecord
from supervision.records.timeline import steps
from tenants.access import Target, authorize, consider
from tenants.organs.codes import line_name
from tenants.organs.directory import Directory, directory


async def hits(work: Work, wanted: HitFilter, *, after: str = "", limit: int = 50) -> HitPage:
    """Own hits, the gravest first, then the newest. Raises Denied, Invalid for an unknown filter or cursor."""
    await authorize(work, "check", "list", Target(owner_id=work.organ_id))
    if wanted.state not in STATES or (wanted.severity and wanted.severity not in SEVERITIES):
        raise Invalid("没有这样的筛选条件。", field="state")
    if wanted.rule and wanted.rule not in catalogue():
        raise Invalid("没有这样的规则模型。", field="rule")
    filters = {
        "state": wanted.state,
        "severity": wanted.severity,
        "rule": wanted.rule,
        "subject_organ_id": wanted.organ_id,
    }
    rows = await repository.page(work, filters, after=_cursor(after), limit=limit + 1)
    more = rows[limit - 1] if len(rows) > limit else None
    tree = await directory(work)
    return HitPage(items=[row(hit, tree) for hit in rows[:limit]], next=f"{more.place}.{more.id}" if more else "")


async def outliers(work: Work, *, state: str = "open", after: str = "", limit: int = 50) -> HitPage:
    """Own fines that stand out among like cases, the farthest first. Raises Denied, Invalid."""
    await authorize(work, "check", "list", Target(owner_id=work.organ_id))
    if state not in STATES:
        raise Invalid("没有这样的筛选条件。", field="state")
    rows = await repository.ranked(work, state, after=_cursor(after), limit=limit + 1)
    more = rows[limit - 1] if len(rows) > limit else None
    tree = await directory(work)
    return HitPage(items=[row(hit, tree) for hit in rows[:limit]], next=f"{more.score}.{more.id}" if more else "")


def _cursor(text: str) -> tuple[int, UUID] | None:
    if not text:
        return None
    number, _, last = text.partition(".")
    try:
        if len(number) > 12:
            raise ValueError
        return int(number), UUID(last)
    except ValueError:
        raise Invalid("翻页标识不正确，请从第一页开始。", field="after") from None


def row(hit: CheckHit, tree: Directory) -> HitRow:
    rule = catalogue().get(hit.rule)
    known = hit.subject_organ_id in tree.organs
    return HitRow(
        id=hit.id,
        subject_id=hit.subject_id,
        subject_kind=hit.subject_kind,
        label=hit.label,
        organ_id=hit.subject_organ_id,
        organ_name=tree.short(hit.subject_organ_id) if known else "",
        kind=hit.kind,
        kind_label=KINDS[hit.kind],
        rule=hit.rule,
        rule_name=rule.name if rule else hit.rule,
        severity=hit.severity,
        severity_label=SEVERITIES[hit.severity],
        sentence=told(rule, hit.facts) if rule else "",
        articles=list(rule.article) if rule else [],
        found_on=hit.found_on,
        state=hit.state,
        state_label=STATES[hit.state],
        score=hit.score,
        distance="" if hit.score is None else distance(hit.facts),
    )


async def load(work: Work, hit_id: UUID, action: str = "read") -> CheckHit:
    """A hit that the reader may see. Raises NotFound, Denied."""
    hit = await repository.get(work, hit_id)
    if hit is None:
        raise NotFound
    await authorize(work, "check", action, Target(owner_id=hit.organ_id))
    return hit


async def chosen(work: Work, ids: Sequence[UUID]) -> list[HitRow]:
    """Own hits by their ids, the gravest first. Raises Denied."""
    await authorize(work, "check", "list", Target(owner_id=work.organ_id))
    tree = await directory(work)
    return [row(hit, tree) for hit in await repository.own(work, ids)]


async def hit(work: Work, hit_id: UUID) -> HitView:
    """One hit with its computation, the steps of its record and the other hits there. Raises NotFound, Denied."""
    found = await load(work, hit_id)
    tree, rule = await directory(work), catalogue().get(found.rule)
    record = await repository.record(work, found.subject_id) if found.subject_kind == "record" else None
    others = [o for o in await repository.of_subject(work, found.organ_id, [found.subject_id]) if o.id != found.id]
    may = (await consider(work, "check", "dismiss", Target(owner_id=found.organ_id)))[0].allowed
    may_ask = (await consider(work, "check", "ask", Target(owner_id=found.organ_id)))[0].allowed
    asked = await asking.of_hit(work, found)
    own_open = found.organ_id == work.organ_id and found.state == "open"
    reason = REASON_OF.get(found.reason_code)
    return HitView(
        hit=row(found, tree),
        facts=found.facts,
        traps=rule.traps if rule else "",
        shows=list(rule.shows) if rule else [],
        rule_version=found.rule_version,
        reason_label=reason.name if reason else "",
        reason=found.reason,
        judged_by_name=found.judged_by_name,
        judged_at=found.judged_at,
        clue_id=found.clue_id,
        matter_id=found.matter_id,
        dates=_dates(record, found) if record is not None else [],
        others=[row(other, tree) for other in others],
        may_judge=may and own_open,
        may_ask=may_ask
        and own_open
        and found.subject_organ_id != work.organ_id
        and all(one.state == "answered" for one in asked),
        questions=asked,
        outlier=found.rule == "Q04",
    )


def _dates(record: EnforcementRecord, found: CheckHit) -> list[RecordDate]:
    """The steps that are known or should be; those whose day the model saw are marked."""
    seen = {str(value) for value in found.facts.values()}
    return [
        RecordDate(field=step.field, label=step.label, on=step.day, mark=step.day is not None and str(step.day) in seen)
        for step in steps(record)
    ]


async def models(work: Work) -> ModelsPage:
    """Every model with its hits, how often supervisors agreed with it, and whether it runs. Raises Denied."""
    await authorize(work, "check", "list", Target(owner_id=work.organ_id))
    tallies, switches = await repository.tallies(work), await repository.switches(work)
    run = await repository.last_run(work)
    return ModelsPage(
        models=[
            _model(r, tallies.get(r.id, []), [s for s in switches if s.rule == r.id]) for r in catalogue().values()
        ],
        run=RunView(
            scope=run.scope,
            records=run.records,
            found=run.found,
            opened=run.opened,
            cleared=run.cleared,
            milliseconds=run.milliseconds,
            finished_at=run.finished_at,
        )
        if run
        else None,
        may_switch=(await consider(work, "check", "switch", Target(owner_id=work.organ_id)))[0].allowed,
        accounts=[account.account for account in await repository.accounts(work)],
    )


def _model(rule: Rule, tally: Iterable[tuple[str, str, int]], switches: list[CheckSwitch]) -> ModelView:
    held = list(tally)
    dismissed = sum(number for state, _, number in held if state == "dismissed")
    mistaken = sum(number for state, code, number in held if state == "dismissed" and code in MISTAKEN)
    judged = dismissed + sum(number for state, _, number in held if state in ("clue", "matter"))
    rate = Rate(judged - mistaken, judged)
    return ModelView(
        rule=rule.id,
        name=rule.name,
        version=rule.version,
        severity=rule.severity,
        severity_label=SEVERITIES[rule.severity],
        kinds=[KINDS[kind] for kind in rule.kinds],
        articles=list(rule.article),
        sentence=outline(rule),
        traps=rule.traps,
        parameters=rule.parameters,
        open=sum(number for state, _, number in held if state == "open"),
        confirmed=rate.confirmed,
        dismissed=dismissed,
        judged=judged,
        percent=rate.percent,
        noisy=rate.noisy,
        enabled=next((s.enabled for s in switches if not s.line), True),
        switches=[
            SwitchView(
                line=s.line,
                line_label=line_name(s.line) if s.line else "全部业务条线",
                enabled=s.enabled,
                reason=s.reason,
                changed_by_name=s.changed_by_name,
                changed_at=s.changed_at,
            )
            for s in switches
        ],
    )


async def comparison(work: Work, hit_id: UUID) -> LikeCases:
    """The like cases of an outlier, named as far as the reader may see them. Raises NotFound, Denied."""
    found = await load(work, hit_id)
    group = await repository.group_of(work, found.organ_id, found.facts) if found.rule == "Q04" else None
    if group is None:
        raise NotFound
    tree = await directory(work)
    members = [(UUID(str(one)), int(fine)) for one, fine in group.members]
    if found.subject_id not in {one for one, _ in members}:
        members.append((found.subject_id, int(found.facts["fine_fen"])))
    seen = await repository.records(work, [one for one, _ in members])
    return LikeCases(
        group=like(found.facts),
        year=group.year,
        count=group.number,
        median_fen=group.median_fen,
        mad_fen=group.mad_fen,
        cases=[
            _case(seen.get(one), one == found.subject_id, fine, tree)
            for one, fine in sorted(members, key=lambda m: (m[1], m[0]))
        ],
    )


def _case(record: EnforcementRecord | None, this: bool, fine: int, tree: Directory) -> LikeCase:
    return LikeCase(
        fine_fen=fine,
        this=this,
        record_id=record.id if record else None,
        label=(record.case_no or record.doc_no or record.external_id) if record else "",
        organ_name=tree.short(record.organ_id) if record and record.organ_id in tree.organs else "",
        decided_on=record.decided_on if record else None,
    )


async def benchmark_list(work: Work) -> list[BenchmarkRow]:
    """The benchmarks of the city, the newest first. Raises Denied."""
    tree = await directory(work)
    return [_benchmark(one, tree) for one in await benchmarks.in_force(work)]


async def benchmark(work: Work, benchmark_id: UUID) -> BenchmarkPage:
    """One version with its rows. Raises NotFound, Denied."""
    rows = await benchmarks.tiers(work, benchmark_id)
    found = await work.session.get(Benchmark, (work.city_id, benchmark_id))
    if found is None:
        raise NotFound
    return BenchmarkPage(
        benchmark=_benchmark(found, await directory(work)),
        tiers=[
            TierRow(
                item_code=t.item_code,
                item_name=t.item_name,
                basis=t.basis,
                tier=t.tier,
                tier_label=TIERS.get(t.tier, t.tier),
                code=t.code,
                conditions=t.conditions,
                range=bounds(t.min_fen, t.max_fen, lowest=t.min_inclusive, highest=t.max_inclusive)
                if t.measure == "fixed"
                else "按倍数或者按件",
                law_range=bounds(t.law_min_fen, t.law_max_fen),
            )
            for t in rows
        ],
    )


def _benchmark(one: Benchmark, tree: Directory) -> BenchmarkRow:
    return BenchmarkRow(
        id=one.id,
        organ_name=tree.short(one.organ_id) if one.organ_id in tree.organs else "",
        name=one.name,
        issuer=one.issuer,
        version=one.version,
        in_force_on=one.in_force_on,
        ended_on=one.ended_on,
        row_count=one.row_count,
        imported_by_name=one.imported_by_name,
    )


async def may_import(work: Work) -> bool:
    return (await consider(work, "benchmark", "import", Target(owner_id=work.organ_id)))[0].allowed
