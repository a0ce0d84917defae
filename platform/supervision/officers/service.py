"""The daily warnings about certificates and hours, to the officer and to those who keep the register (Article 10).

Each cause is told once: the register remembers what was pointed out (`tenants.registers.warnings`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kernel.wording import format_date
from kernel.work import Work
from supervision.deadlines.notices import notify
from tenants.registers import service as registers
from tenants.registers.service import Warned
from tenants.staff import repository as staff

JOB = "warn_register"
KEEPERS: Final = ("contact", "legal_officer")
LINKS: Final = {
    "expiring": "/officers?tab=expiring",
    "expired": "/officers?tab=expired",
    "hours": "/officers",
    "ended": "/bodies",
}
ARTICLES: Final = {"expiring": "10(4)", "expired": "10(4)", "hours": "10(1)", "ended": "10(5)"}
KINDS: Final = {"expiring": "reminder", "expired": "overdue", "hours": "reminder", "ended": "overdue"}


async def warn_all(work: Work) -> int:
    """Give every organ that keeps a register a job of its own for today. Returns their number."""
    organs = await registers.register_organs(work)
    for organ_id in organs:
        async with work.acting_as(organ_id):
            work.enqueue(JOB, {})
    return len(organs)


async def warn_organ(work: Work) -> int:
    """Point out in the work's organ what is due today: one line for each kind to those who keep the register, and one
    for each matter of his own to an officer with an account. Returns how many causes were new."""
    found = await registers.due_warnings(work)
    kinds: dict[str, list[Warned]] = defaultdict(list)
    for one in found:
        kinds[one.kind].append(one)
    for kind, group in kinds.items():
        await notify(
            work,
            work.organ_id,
            kind=KINDS[kind],
            title=_to_keepers(kind, group),
            body=_names(group),
            link=LINKS[kind],
            roles=KEEPERS,
            article=ARTICLES[kind],
            due_on=min((w.due_on for w in group if w.due_on), default=None),
        )
    for one in found:
        await _tell_officer(work, one)
    return len(found)


def _to_keepers(kind: str, group: Sequence[Warned]) -> str:
    first, number = group[0], len(group)
    if kind == "ended":
        return f"受委托执法主体 {first.name} 的委托已到期" if number == 1 else f"{number} 个执法主体的委托已到期"
    what = {
        "expiring": "证件即将到期，可以办理换发",
        "expired": "证件已过期，不得继续执法",
        "hours": "本年度培训学时不足",
    }[kind]
    return f"{first.name}的{what}" if number == 1 else f"{number} 名执法人员的{what}"


def _names(group: Sequence[Warned], most: int = 10) -> str:
    names = "、".join(dict.fromkeys(w.name for w in group[:most]))
    return f"{names}等" if len(group) > most else names


async def _tell_officer(work: Work, one: Warned) -> None:
    if one.person_id is None or one.due_on is None:
        return
    post_id = await _post(work, one.person_id)
    if post_id is None:
        return
    text = {
        "expiring": f"您的{one.what}将于{format_date(one.due_on)}到期，请联系本单位办理换发",
        "expired": f"您的{one.what}已于{format_date(one.due_on)}到期，不得继续使用",
        "hours": f"您的{one.what}还差 {one.figure} 学时，请在{format_date(one.due_on)}前完成",
    }[one.kind]
    await notify(
        work,
        work.organ_id,
        kind=KINDS[one.kind],
        title=text,
        link="/me/certificate",
        post_id=post_id,
        article=ARTICLES[one.kind],
        due_on=one.due_on,
    )


async def _post(work: Work, person_id: UUID) -> UUID | None:
    """The person's post in the work's organ."""
    held = await staff.posts_of(work, person_id, work.today)
    return next((post.post_id for post in held if post.organ_id == work.organ_id), None)
