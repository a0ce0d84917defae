"""The other side's door: what was served on an organ or a person, and its receipt (Art. 21)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.work import Work
from supervision.accountability import repository
from supervision.accountability.case import RECEIVERS, person
from supervision.accountability.models import AccountabilityCase, AccountabilityNotice
from supervision.accountability.serving import serve
from supervision.instruments import service as instruments
from supervision.instruments.models import PaperCopy
from tenants.access import Target, authorize

OF_ORGAN = frozenset(RECEIVERS)


def sees_organ(work: Work) -> bool:
    """Whether the acting post reads everything that was served on its organ; others read what is about them."""
    return work.actor is None or bool(work.actor.roles & OF_ORGAN)


def target(notice: AccountabilityNotice) -> Target:
    """What policy is asked about what was served."""
    return Target(owner_id=notice.organ_id, supervised_id=notice.addressee_id)


async def own_notice(work: Work, notice_id: UUID, action: str = "read_notice") -> AccountabilityNotice:
    """What was served on the work's organ. Raises NotFound for another organ's, and for what is about another person
    where the reader's post does not speak for the organ; Denied."""
    notice = await repository.get(work, AccountabilityNotice, notice_id)
    if notice.addressee_id != work.organ_id:
        raise NotFound
    if not sees_organ(work) and (notice.person_id is None or notice.person_id != person(work)):
        raise NotFound
    await authorize(work, "accountability", action, target(notice))
    return notice


async def require_open(work: Work, notice: AccountabilityNotice) -> None:
    """Raises IllegalTransition for what was replaced, set aside or is not signed for yet."""
    if notice.over:
        raise IllegalTransition("这份文书已被撤销或者替代，不能再办理。", article="21", remedy="请查看最新的文书。")
    if notice.served_on is None:
        raise IllegalTransition("请先签收文书，再办理。", article="21", remedy="打开文书页面，选择签收。")


def require_person(work: Work, notice: AccountabilityNotice) -> None:
    """A right of a person is his own; where he has no account, his organ hands in what he says. Raises Denied."""
    if notice.person_id is not None and person(work) != notice.person_id:
        raise Denied(
            "陈述申辩、申请复核由本人提出，单位不得代替。",
            article="21",
            remedy="请本人登录后办理；没有账号的，由单位代为提交。",
        )


def require_head(work: Work, notice: AccountabilityNotice) -> None:
    """What is asked for by the organ, for itself or a person without account, needs its head. Raises Denied."""
    actor = work.actor
    if notice.person_id is None and actor is not None and "organ_head" not in actor.roles:
        raise Denied("由单位主要负责人提出。", article="21", remedy="可以提请主要负责人提出。")


async def open_notice(work: Work, notice_id: UUID) -> AccountabilityNotice:
    """The receipt, once: by the person concerned or by the organ. With it the document counts as served.

    Raises NotFound, Denied.
    """
    notice = await own_notice(work, notice_id, "open_notice")
    if sees_organ(work):
        # The organ's copy of the paper gets its receipt as well, and tells of the opening itself.
        await instruments.open_paper(work, notice.copy_id)
    await _opened(work, notice)
    return notice


async def _opened(work: Work, notice: AccountabilityNotice) -> None:
    if notice.opened_at is not None:
        return
    by = work.actor.name if work.actor else "系统"
    async with work.acting_as(notice.organ_id):
        # The case before its documents, as in every other step: two who act at once wait for each other in one order.
        await repository.lock(work, AccountabilityCase, notice.case_id)
        held = await repository.lock(work, AccountabilityNotice, notice.id)
        if held.opened_at is not None:
            return
        held.opened_at, held.opened_by = work.now, by
        await serve(work, held, work.today, "opened")
    work.record(
        "open_receipt", "accountability_notice", notice.id, title=f"签收{notice.title} {notice.number}", article="21",
        thread_id=notice.id, visibility="served",
    )  # fmt: skip
    await work.session.flush()


async def paper_opened(work: Work, copy: PaperCopy) -> None:
    """The organ opened its copy of a paper; where that is one of a case, it is served."""
    notice = await repository.notice_of_paper(work, copy.paper_id, copy.addressee_id)
    if notice is not None:
        await _opened(work, notice)


async def file(work: Work, notice_id: UUID, kind: str) -> tuple[str, bytes, str]:
    """The document as PDF or Word file for the other side, after its receipt: name, content, media type.

    Every download is audited. Raises NotFound, Denied, Invalid.
    """
    notice = await own_notice(work, notice_id)
    if notice.served_on is None:
        raise Invalid("请先签收文书，再查看原文。", article="21")
    return await stored(work, notice, kind)


async def stored(work: Work, notice: AccountabilityNotice, kind: str) -> tuple[str, bytes, str]:
    """The file of a document; the caller has asked policy."""
    work.record(
        "download", "accountability_notice", notice.id, title=f"下载文书 {notice.number}", article="21",
        thread_id=notice.id if work.organ_id == notice.addressee_id else notice.case_id,
    )  # fmt: skip
    return await instruments.paper_file(work, notice.copy_id, notice.word_sha256 if kind == "docx" else "")


instruments.events.subscribe_papers(paper_opened)
