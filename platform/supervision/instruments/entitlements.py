"""What the addressee of an instrument may ask for now, until when, and why not (any more) (Arts. 16, 19)."""

from __future__ import annotations

from kernel.wording import format_short
from kernel.work import Work
from supervision.instruments import standing
from supervision.instruments.models import Delivery, Extension, Objection
from supervision.instruments.views import Right
from tenants.access import Target, consider

EXTENSION_STATES = {"requested": "待决定", "granted": "已同意", "refused": "不同意"}
OBJECTION_STATES = {"raised": "待处理", "upheld": "维持", "changed": "变更", "revoked": "撤回文书"}


def objection_result(kind: str, state: str) -> str:
    """What became of an objection, in words; a decision of the government is revoked, not withdrawn (Art. 20)."""
    return "撤销决定" if kind == "decision" and state == "revoked" else OBJECTION_STATES[state]


async def rights_of(
    work: Work, delivery: Delivery, extension: Extension | None, objection: Objection | None
) -> list[Right]:
    if delivery.role != "main" or delivery.served_on is None or delivery.state == "withdrawn":
        return []
    return [
        await _extension_right(work, delivery, extension),
        await _objection_right(work, delivery, objection),
        Right(
            key="recusal",
            label="申请回避",
            allowed=delivery.state in ("served", "answered") and delivery.addressee_id == work.organ_id,
            note=f"承办人：{delivery.handler_names}",
            article="16",
        ),
    ]


async def _extension_right(work: Work, delivery: Delivery, extension: Extension | None) -> Right:
    until, note = delivery.extension_until, ""
    if extension is not None:
        note = f"{EXTENSION_STATES[extension.state]}，限一次"
    elif delivery.state != "served":
        note = "期限已经办结，不再延期"
    elif not standing.extendable_kind(delivery.kind):
        note = "监督决定的执行期限不延期"
    elif until is None:
        note = "退回补充的期限不再延期"
    elif work.today > until:
        note = f"{format_short(until)}已过，不能再申请"
    allowed = not note and await _asks(work, delivery, "extension", "request")
    if not note and until is not None:
        note = f"{format_short(until)}前可申请，限一次"
    return Right(key="extension", label="申请延期", allowed=allowed, note=note, article="19", until=until)


async def _objection_right(work: Work, delivery: Delivery, objection: Objection | None) -> Right:
    until, note = delivery.objection_until, ""
    if objection is not None:
        note = f"已提出，{objection_result(delivery.kind, objection.state)}"
    elif until is not None and work.today > until:
        note = f"{format_short(until)}已过，可以在书面报告中说明不同意见"
    elif delivery.state in ("accepted",):
        note = "文书已办结"
    allowed = not note and await _asks(work, delivery, "objection", "raise")
    if not note and until is not None:
        note = f"{format_short(until)}前，不停止执行"
        note += "" if allowed else "，由主要负责人提出"
    return Right(key="objection", label="提出异议", allowed=allowed, note=note, article="规则:异议", until=until)


async def _asks(work: Work, delivery: Delivery, kind: str, action: str) -> bool:
    verdict, _ = await consider(work, kind, action, Target(delivery.addressee_id, delivery.addressee_id))
    return verdict.allowed
