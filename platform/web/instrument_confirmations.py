"""The confirmation of each act on an instrument: what is about to happen, and the words of both buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from supervision.instruments.views import InstrumentView


@dataclass(frozen=True, slots=True)
class Confirm:
    """A confirmation: what is about to happen, and the words of both buttons."""

    title: str
    consequences: list[str]
    act: str
    safe: str
    look: str = "primary"
    reason: str = ""
    hint: str = ""
    fields: str = ""
    """Name of the extra fields in the template."""


def confirmation(slug: str, view: InstrumentView, due: date | None = None) -> Confirm | None:
    """The confirmation of an act of the issuer's side; None for an unknown one."""
    known: Mapping[str, Confirm] = {
        "submit": Confirm(
            f"提交{view.kind_label}审核",
            [
                "提交后由负责人审批，审批前不能修改。",
                "尚未对外送达，被监督机关看不到。",
                "批准时取得文号，文号连续、不重复、不作废重用。",
            ],
            "提交审核",
            "暂不提交",
        ),
        "return": Confirm(
            f"退回{view.kind_label}修改",
            ["退回后由承办人修改，再次提交审核。", "不占用文号。"],
            "退回修改",
            "暂不退回",
            reason="需要修改的内容",
        ),
        "approve": Confirm(
            f"批准{view.kind_label}",
            [
                "批准时取得发文字号，与批准同时生效，不能更换。",
                "批准后可以签发；签发以前仍可以撤回，文号保留。",
                "批准人不得是起草人；批准后由您对内容负责。",
            ],
            "批准并取得文号",
            "暂不批准",
        ),
        "issue": Confirm(
            f"签发{view.label}并送达{view.addressee_name}",
            [
                f"生成正式文书（PDF/A），用印并归档，发送{view.addressee_name}"
                + (f"，抄送{'、'.join(view.copies)}。" if view.copies else "。"),
                f"对方打开即为签收，次日起算 {view.term_text}；次一工作日终了仍未打开的，视为送达。",
                "对方从此可以看到这份文书，看不到草稿、内部记录和线索来源。",
                "签发后不能修改，只能撤回，文号保留。",
            ],
            "签发并送达",
            "暂不签发",
        ),
        "serve": Confirm(
            f"登记{view.label}书面送达",
            ["按送达回证上的日期起算期限，送达当日不计。", "登记后不能更改。"],
            "登记书面送达",
            "暂不登记",
            fields="paper",
        ),
        "withdraw": Confirm(
            f"撤回{view.label}",
            [
                "文号保留，不再使用；原文书留存备查。",
                "已经送达的，通知对方不再要求报告，期限终止。" if view.issued_at else "尚未对外送达，对方看不到。",
                "撤回后不能恢复，需要时重新制发。",
            ],
            "撤回文书",
            "暂不撤回",
            look="danger",
            reason="撤回的理由",
            hint="已经送达的，理由一并告知对方。",
        ),
        "accept": Confirm(
            f"认可{view.label}的书面报告",
            [
                "逐项核验后，文书办结；对方收到认可通知。",
                "有问题没有整改到位的，应当退回补充整改。",
                "被监督机关不得核验本单位的整改。",
            ],
            "认可书面报告",
            "暂不认可",
            fields="accept",
        ),
        "send-back": _send_back(view),
        "extension": Confirm(
            f"决定{view.addressee_name}的延期申请",
            ["延期以一次为限，从原届满日起计算。", "不同意的，原期限不变。", "决定和理由告知对方。"],
            "作出决定",
            "暂不决定",
            fields="extension",
            reason="理由",
        ),
        "objection": Confirm(
            f"处理{view.addressee_name}的异议",
            [
                "由起草人、签发人以外的负责人处理。",
                "维持的，期限照常计算；撤回文书的，期限终止。",
                "处理结果告知对方。",
            ],
            "作出处理",
            "暂不处理",
            fields="objection",
            reason="理由和依据",
        ),
    }
    return known.get(slug)


def _send_back(view: InstrumentView) -> Confirm:
    last = view.sent_back_count + 1 >= view.send_back_limit
    lines = [
        f"这是第 {view.sent_back_count + 1} 次退回，第 {view.send_back_limit} 次退回视为拒不改正。",
        "对方按新的期限重新报告，退回当日不计。",
        "理由告知对方，原报告留存。",
    ]
    if last:
        lines[1:] = ["本次退回即认定拒不改正，应当向本级人民政府报告（第二十条）。", "认定告知对方，不能撤销。"]
    return Confirm(
        f"退回{view.label}的书面报告",
        lines,
        "认定拒不改正" if last else "退回补充",
        "暂不退回",
        look="danger" if last else "primary",
        reason="没有达到的要求、需要补充的内容",
        fields="" if last else "send-back",
    )
