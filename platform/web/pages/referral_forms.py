"""The forms of a referral's steps as lists of fields, and what each step brings about (Arts. 18, 21)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from kernel.work import Work
from supervision.matters.commands import Upload
from supervision.referrals import service as referrals
from supervision.referrals.rules import KINDS, SECRECY
from supervision.referrals.views import ReferralView
from tenants.staff.models import Post
from web.forms import Form
from web.pages.matter_forms import Field, area, known, organ, radio, reason, select, text, upload

Act = Callable[[Work, UUID, Form], Awaitable[Any]]
NOTES = {
    "discipline": "行政执法人员涉嫌违纪、职务违法或者职务犯罪，移送纪检监察机关。",
    "urge_transfer": "行政执法机关应当移送公安机关而没有移送，督促其移送，抄送检察机关。",
    "criminal": "本单位查处的案件涉嫌犯罪，移送公安机关。",
}
STEPS = {
    "content": ("补充移送内容", "保存移送内容"),
    "material": ("补充移送材料", "上传移送材料"),
    "readers": ("增加知悉人员", "增加知悉人员"),
    "transfer": ("决定移送", "决定移送"),
    "decline": ("决定不移送", "决定不移送"),
    "send": ("送出移送文书", "送出移送文书"),
    "acknowledge": ("登记受理回执", "登记受理回执"),
    "record_result": ("登记办理结果", "登记办理结果"),
    "record_return": ("登记退回", "登记退回"),
    "reopen": ("补充后重新移送", "重新移送"),
}
"""Step → title of its page, words of its button."""
LINES = {
    "transfer": [
        "案卷清单即刻固定，以后事项有变化不影响本案卷。",
        "系统封存案卷，须在 24 小时内送出，不因节假日顺延。",
        "只有列明的人员知悉，涉及的单位看不到本移送。",
    ],
    "decline": ["理由存入案卷，不能删除。", "有新的材料时可以重新移送。"],
    "send": ["取得文号，生成移送文书，列明案卷清单的校验值。", "请将文书和案卷送受移送机关，并取得回执。"],
    "readers": ["该人员可以查看移送内容和下载案卷，每次查看留痕。"],
    "reopen": ["原案卷和文书保留。", "重新决定后另行封存和编号。"],
}


def contents(values: ReferralView | None = None) -> list[Field]:
    """The fields of the contents, in the order of the letter."""
    return [
        area("subject", "涉及的人员或者案件", rows=2, hint="写明姓名、单位和职务，或者案件名称和当事人"),
        area("conduct", "涉嫌的问题", rows=6, hint="写明时间、地点、经过和指向的规定"),
        area("discovered", "发现经过", rows=4),
        area("handled", "已经采取的措施", rows=3, optional=True),
        text("contact", "联系人和电话", optional=True),
        text("recipient", "受移送机关", hint="写全称，例如：许昌市建安区监察委员会"),
        secrecy(),
    ]


def secrecy() -> Field:
    notes = {"internal": "限指定人员知悉。本系统为非涉密系统，国家秘密不得录入。", "public": "内容可以公开。"}
    return radio(
        "secrecy",
        "知悉范围",
        [{"value": k, "label": v, "note": notes[k]} for k, v in sorted(SECRECY.items())],
        columns=2,
    )


def draft(kinds: Sequence[str], leaders: Sequence[Post], matter_title: str, *, urging: bool) -> list[Field]:
    """A new referral."""
    fields = [radio("kind", "移送种类", [{"value": k, "label": KINDS[k], "note": NOTES[k]} for k in kinds])]
    if matter_title:
        fields.append(known("监督事项", matter_title, icon_name="folders"))
    if urging:
        fields.append(organ("addressee", "被督促的行政执法机关（督促移送时填写）"))
    people = [(str(post.id), f"{post.person_name}　{post.title}") for post in leaders]
    files = upload("files", "移送材料", optional=True)
    return [*fields, *contents(), select("leader_post_id", "由谁决定", people), files]


def fields_of(step: str, people: Sequence[Post]) -> list[Field]:
    """The fields of one step."""
    if step == "content":
        return contents()
    if step == "material":
        return [upload("files", "移送材料")]
    if step == "readers":
        posts = [(str(post.id), f"{post.person_name}　{post.title}") for post in people]
        return [select("post_id", "知悉人员", posts), reason("需要其知悉的理由")]
    if step in ("decline", "reopen"):
        return [reason("不移送的理由" if step == "decline" else "重新移送的理由", "10 字以上，存入案卷")]
    if step in ("acknowledge", "record_result", "record_return"):
        labels = {"acknowledge": "回执内容", "record_result": "办理结果", "record_return": "退回的理由"}
        needed = step == "record_return"
        return [area("text", labels[step], optional=not needed), upload("files", "受移送机关的回执或者文书")]
    return []


async def uploads(form: Form) -> tuple[Upload, ...]:
    return tuple([Upload(f.filename, await f.read()) for f in form.files("files")])


def given(form: Form) -> referrals.Contents:
    return referrals.Contents(
        subject=form.text("subject"),
        conduct=form.text("conduct"),
        discovered=form.text("discovered"),
        handled=form.text("handled"),
        contact=form.text("contact"),
    )


async def _content(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.update(
        work, referral_id, given(form), form.text("recipient"), secrecy=form.text("secrecy"), version=form.version()
    )


async def _material(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.add_files(work, referral_id, await uploads(form))


async def _readers(work: Work, referral_id: UUID, form: Form) -> None:
    post_id = form.id("post_id", need="请选择知悉人员。")
    form.check()
    assert post_id is not None
    await referrals.name_reader(work, referral_id, post_id, form.text("reason"))


async def _transfer(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.transfer(work, referral_id, version=form.version())


async def _decline(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.decline(work, referral_id, form.text("reason", need="请写明不移送的理由。"), version=form.version())


async def _send(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.send(work, referral_id, version=form.version())


async def _acknowledge(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.receive_receipt(work, referral_id, await incoming(form))


async def _result(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.receive_result(work, referral_id, await incoming(form))


async def _return(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.receive_result(work, referral_id, await incoming(form), returned=True)


async def _reopen(work: Work, referral_id: UUID, form: Form) -> None:
    await referrals.reopen(work, referral_id, form.text("reason"), version=form.version())


async def incoming(form: Form) -> referrals.Incoming:
    files = await uploads(form)
    if not files:
        form.error("files", "请上传受移送机关的回执或者文书。")
    form.check()
    return referrals.Incoming(text=form.text("text"), files=files)


ACTS: dict[str, Act] = {
    "content": _content,
    "material": _material,
    "readers": _readers,
    "transfer": _transfer,
    "decline": _decline,
    "send": _send,
    "acknowledge": _acknowledge,
    "record_result": _result,
    "record_return": _return,
    "reopen": _reopen,
}
