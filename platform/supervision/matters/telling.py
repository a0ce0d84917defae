"""Telling the upper department what was found at a vertical or dual-led body (Art. 2(3)): at once, within a limit."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import IllegalTransition, Invalid
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.matters import case as cases
from supervision.matters.models import Matter
from tenants.organs.directory import Directory, directory

RULE = "vertical.notify_upper"
RECEIVERS = ("organ_head", "legal_officer", "contact")
NOTE_MIN, NOTE_MAX = 5, 2000


def upper_of(tree: Directory, matter: Matter) -> UUID | None:
    """The upper department in the line of the supervised body; None where it lies outside the city."""
    above = tree.get(matter.supervised_id).parent_id
    return None if above is None or tree.get(above).kind == "government" else above


async def untold(work: Work, matter: Matter) -> Deadline | None:
    """The running limit for telling, if there is one."""
    if matter.relation != "vertical":
        return None
    found = await deadlines.for_subject(work, matter.id)
    return next((d for d in found if d.rule_key == RULE and d.state in ("running", "suspended", "lapsed")), None)


async def start_telling(work: Work, matter: Matter) -> None:
    """Begin the limit with a finding about a vertical or dual-led body; one limit for what was not told yet."""
    if matter.relation != "vertical" or await untold(work, matter) is not None:
        return
    limit = await deadlines.start(
        work,
        rule_key=RULE,
        subject_kind="matter",
        subject_id=matter.id,
        matter_id=matter.id,
        bound_id=matter.organ_id,
        title="告知上级主管部门",
        start_event="认定问题",
        on=work.today,
        rulebook_key=matter.rulebook_key,
    )
    await notices.notify(
        work,
        matter.organ_id,
        roles=["supervisor", "supervision_leader"],
        kind="reminder",
        title=f"请将认定的问题告知{matter.supervised_name}的上级主管部门",
        link=f"/matters/{matter.id}/upper",
        article="2(3)",
        due_on=limit.due_on,
    )


async def tell_upper(work: Work, matter_id: UUID, note: str) -> None:
    """Tell the upper department: in the system where it has a tenant, otherwise by letter, which `note` names.

    Raises Denied, Barred, Invalid, IllegalTransition when nothing is left to tell.
    """
    case = await cases.enter(work, matter_id, "tell_upper")
    await cases.step(work, case, "tell_upper")
    matter = case.matter
    if await untold(work, matter) is None:
        raise IllegalTransition("没有尚未告知的问题。", article="2(3)")
    if not NOTE_MIN <= len(note.strip()) <= NOTE_MAX:
        raise Invalid(f"请写明告知的内容和方式，{NOTE_MIN} 至 {NOTE_MAX} 字。", field="note", article="2(3)")
    tree = await directory(work)
    above = upper_of(tree, matter)
    name = tree.name(above) if above else "其上级主管部门"
    if above is not None:
        await notices.notify(
            work,
            above,
            roles=RECEIVERS,
            kind="served",
            title=f"{tree.name(matter.organ_id)}告知：{matter.supervised_name}存在需要整改的问题",
            body=note.strip(),
            link="/notices",
            article="2(3)",
        )
    await _told(work, matter, f"告知{name}", note.strip())
    await cases.refresh(work, matter_id)


async def told_by_copy(work: Work, matter: Matter, document: str) -> None:
    """A document whose copy goes to the upper department tells it. The work acts as the matter's organ."""
    if await untold(work, matter) is not None:
        await _told(work, matter, "文书抄送上级主管部门", document)


async def _told(work: Work, matter: Matter, title: str, note: str) -> None:
    await deadlines.meet(work, matter.id, work.today, rule_key=RULE)
    work.record("tell_upper", "matter", matter.id, title=title, note=note, article="2(3)", thread_id=matter.id)
