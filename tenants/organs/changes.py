"""Changes of the organ tree with their day: renamed, abolished, merged organs and explicit relations.

Done by the system, or by the city's justice department through policy (`organ/manage`, `relation/manage`). Every
change makes a new version of the tree, derives the read scope again and is audited. Nothing is deleted: an organ
that has ended keeps its records, its former names and its successor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kernel.errors import Denied, Invalid, NotFound
from kernel.ids import NIL, new_id
from kernel.work import Work
from policy import Question, decide, explain
from tenants.organs import repository, service
from tenants.organs.cells import parse_cell
from tenants.organs.directory import Directory, directory
from tenants.organs.errors import UnlawfulRelation
from tenants.organs.models import ExplicitRelation, Organ
from tenants.organs.relations import refusal
from tenants.organs.succession import why_not_ended, why_not_heir


async def rename(work: Work, organ_id: UUID, new_name: str, new_short_name: str, on: date) -> Organ:
    """Give an organ a new name from `on`, which may not lie ahead; the old one stays among `former_names`.

    Raises Invalid for a name that is empty, too long, unchanged or borne by another living organ.
    """
    tree = await _permitted(work, "organ", organ_id)
    name, short_name = _cell("name", new_name, "new_name"), _cell("short_name", new_short_name, "new_short_name")
    old = tree.get(organ_id)
    if on > work.today:
        raise Invalid("更名日期不能晚于今天，请在生效之日登记。", field="on")
    if old.ended_on is not None and old.ended_on <= on:
        raise Invalid(f"{old.name}已于{_day(old.ended_on)}撤销，不能更名。", field="on")
    if name == old.name:
        raise Invalid("新名称与现名称相同。", field="new_name")
    twin = next((o for o in tree.organs.values() if o.name == name and tree.facts[o.id].alive_on(tree.on)), None)
    if twin is not None and twin.id != organ_id:
        raise Invalid("已有同名单位。", field="new_name")
    async with work.acting_as(NIL):
        organ = await _get(work, organ_id)
        organ.former_names = [*organ.former_names, f"{organ.name}（{on.isoformat()}更名）"]
        organ.name, organ.short_name = name, short_name
        await service.renew_tree(work)
    detail = {"before": old.name, "after": name, "on": on.isoformat()}
    work.record("rename_organ", "organ", organ_id, title=f"登记更名：{old.name}更名为{name}", detail=detail)
    return organ


async def abolish(work: Work, organ_id: UUID, on: date, successor_id: UUID | None) -> Organ:
    """End an organ: `on` is the first day on which it no longer exists. Its records are read by the successor's
    readers from that day on; without a successor by nobody new, and it may have nothing below it.

    Raises Invalid when it has ended already, when the successor cannot carry on its work, or when a living
    government would be left without its supervision body (Article 5).
    """
    named = [organ_id] if successor_id is None else [organ_id, successor_id]
    tree = await _permitted(work, "organ", *named)
    _check_end(tree, organ_id, on, successor_id)
    organ = await _end(work, organ_id, on, successor_id)
    heir = f"，由{tree.name(successor_id)}承接" if successor_id else ""
    work.record(
        "abolish_organ",
        "organ",
        organ_id,
        title=f"登记撤销：{organ.name}自{_day(on)}起撤销{heir}",
        article=["2", "5"],
        detail={"on": on.isoformat(), "successor": str(successor_id or "")},
    )
    return organ


async def merge(work: Work, organ_ids: Sequence[UUID], into_id: UUID, on: date) -> list[Organ]:
    """End several organs in favour of one that goes on: all of them or, when one cannot be merged, none.

    The heir keeps its identity; give it a new name with `rename`. Raises Invalid as `abolish` does.
    """
    if not organ_ids or len(set(organ_ids)) != len(organ_ids):
        raise Invalid("请选择要合并的单位，每个单位只选一次。", field="organ_ids")
    tree = await _permitted(work, "organ", *organ_ids, into_id)
    for organ_id in organ_ids:
        _check_end(tree, organ_id, on, into_id)
    ended = [await _end(work, organ_id, on, into_id, renew=organ_id == organ_ids[-1]) for organ_id in organ_ids]
    names = "、".join(organ.name for organ in ended)
    for organ in ended:
        work.record(
            "merge_organ",
            "organ",
            organ.id,
            title=f"登记合并：{names}自{_day(on)}起并入{tree.name(into_id)}",
            article=["2", "5"],
            detail={"on": on.isoformat(), "successor": str(into_id)},
        )
    return ended


async def add_relation(
    work: Work,
    supervisor_id: UUID,
    supervised_id: UUID,
    kind: str,
    *,
    article: str,
    valid_from: date,
    valid_to: date | None = None,
    note: str = "",
) -> ExplicitRelation:
    """Enter a supervision relation that a law outside the tree creates (Article 2(4)); `valid_to` is exclusive.

    Raises UnlawfulRelation, with the article, when Articles 2 and 5 give the supervisor no such power, and
    Invalid when the relation holds already or its days do not fit the two organs.
    """
    tree = await _permitted(work, "relation", supervised_id)
    tree.get(supervisor_id)
    article, note = _cell("article", article, "article", organ=False), _cell("note", note, "note", organ=False)
    refused = refusal(kind, tree.facts[supervisor_id], tree.facts[supervised_id])
    if refused is not None:
        raise UnlawfulRelation(refused[0] + "。", article=refused[1], field="kind")
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid("截止日期应晚于起始日期。", field="valid_to")
    gone = next((o for o in (supervisor_id, supervised_id) if not tree.facts[o].alive_on(valid_from)), None)
    if gone is not None:
        raise Invalid(f"{tree.name(gone)}在{_day(valid_from)}不存在。", field="valid_from")
    relation = ExplicitRelation(
        city_id=work.city_id,
        id=new_id(),
        supervisor_id=supervisor_id,
        supervised_id=supervised_id,
        kind=kind,
        article=article,
        valid_from=valid_from,
        valid_to=valid_to,
        note=note,
    )
    await _refuse_double(work, tree, relation)
    async with work.acting_as(NIL):
        work.session.add(relation)
        await service.renew_tree(work)
    between = f"{tree.name(supervisor_id)}监督{tree.name(supervised_id)}"
    detail = {"kind": kind, "from": valid_from.isoformat(), "to": valid_to.isoformat() if valid_to else ""}
    work.record(
        "add_relation", "relation", relation.id, title=f"登记监督关系：{between}", article=article, detail=detail
    )
    return relation


async def end_relation(work: Work, relation_id: UUID, on: date) -> ExplicitRelation:
    """Let an explicit relation end: `on` is the first day on which it no longer holds. Raises Invalid when that
    is not after its first day, or later than the end that it has already."""
    found = next((r for r in await repository.all_relations(work) if r.id == relation_id), None)
    if found is None:
        raise NotFound
    tree = await _permitted(work, "relation", found.supervised_id)
    if on <= found.valid_from:
        raise Invalid("截止日期应晚于起始日期。", field="on")
    if found.valid_to is not None and found.valid_to <= on:
        raise Invalid(f"该监督关系已于{_day(found.valid_to)}截止。", field="on")
    async with work.acting_as(NIL):
        found.valid_to = on
        await service.renew_tree(work)
    between = f"{tree.name(found.supervisor_id)}监督{tree.name(found.supervised_id)}"
    title = f"终止监督关系：{between}，自{_day(on)}起"
    work.record("end_relation", "relation", relation_id, title=title, article=found.article)
    return found


async def _permitted(work: Work, kind: str, *organ_ids: UUID) -> Directory:
    """The tree, if the actor may manage each of the organs (of a relation: the supervised one).

    Raises NotFound for an unknown organ and Denied.
    """
    tree = await directory(work)
    for organ_id in organ_ids:
        tree.get(organ_id)
    if work.actor is None:
        if work.organ_id != NIL:
            raise Denied("单位和监督关系只能由系统或者市级司法行政部门维护。")
        return tree
    own = work.actor.organ_id
    government = tree.government_of(own)
    above = tree.get(government).parent_id if government is not None else None
    if government is None or above is not None:
        raise Denied("单位和监督关系由市级司法行政部门统一维护。", article="5")
    for organ_id in organ_ids:
        answers = []
        for relation in _relations(tree, own, organ_id):
            question = Question(tree.organ_class(own), work.actor.roles, relation, kind, "manage", "clear")
            answers.append((question, decide(question)))
        question, verdict = next((a for a in answers if a[1].allowed), answers[0])
        if not verdict.allowed:
            sentence = explain(question, verdict)
            raise Denied(sentence, article=verdict.article, detail={"rule_id": verdict.rule_id})
        work.verdicts.append(verdict)
    return tree


def _relations(tree: Directory, own: UUID, organ_id: UUID) -> list[str]:
    """How the actor's organ stands to an organ, or else to the government that the organ belongs to."""
    if own == organ_id:
        return ["own"]
    found = [tree.relation(own, o) for o in (organ_id, tree.government_of(organ_id)) if o is not None]
    return [r.kind for r in found if r is not None] or ["none"]


def _cell(column: str, text: str, field: str, *, organ: bool = True) -> str:
    """A text under the rule of the data set's column, with the error at the form's field."""
    try:
        return str(parse_cell(column, text, organ))
    except Invalid as error:
        raise Invalid(error.message, field=field) from error


def _check_end(tree: Directory, organ_id: UUID, on: date, successor_id: UUID | None) -> None:
    register = tree.supervision.register
    refused = why_not_ended(register, organ_id, on, successor_id)
    if refused is None and successor_id is not None:
        refused = why_not_heir(register, organ_id, successor_id, on)
    if refused is not None:
        raise Invalid(refused.sentence, article=refused.article, field=refused.field)


async def _end(work: Work, organ_id: UUID, on: date, successor_id: UUID | None, *, renew: bool = True) -> Organ:
    async with work.acting_as(NIL):
        organ = await _get(work, organ_id)
        organ.ended_on, organ.successor_id = on, successor_id
        if renew:
            await service.renew_tree(work)
    return organ


async def _get(work: Work, organ_id: UUID) -> Organ:
    organ = await work.session.get(Organ, (work.city_id, organ_id))
    if organ is None:
        raise NotFound
    return organ


async def _refuse_double(work: Work, tree: Directory, new: ExplicitRelation) -> None:
    """Raises Invalid when the same relation is entered for some of these days or follows from the tree."""
    same = (new.supervisor_id, new.supervised_id, new.kind)
    for held in await repository.all_relations(work):
        overlaps = held.valid_from < (new.valid_to or date.max) and new.valid_from < (held.valid_to or date.max)
        if (held.supervisor_id, held.supervised_id, held.kind) == same and overlaps:
            raise Invalid(f"同一监督关系已从{_day(held.valid_from)}起登记，日期重叠。", field="valid_from")
    derived = [r for r in tree.supervision.between(new.supervisor_id, new.supervised_id) if r.kind == new.kind]
    if derived:
        raise Invalid(f"该监督关系已由规定直接确定（{derived[0].reason_zh}），无需登记。", field="kind")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
