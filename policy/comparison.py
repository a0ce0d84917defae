"""What changed between two rule books, in sentences that a lawyer can read."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from policy.rulebook import RuleBook

_TABLES: Final = {
    "rulebook": "规则",
    "article": "条款",
    "content_item": "监督内容",
    "mode": "监督方式",
    "measure": "监督措施",
    "clue_source": "线索来源",
    "dismissal_reason": "不予受理情形",
    "suspension_ground": "中止情形",
    "gravity": "严重程度",
    "ground": "追责情形",
    "fault": "过错程度",
    "sanction": "处理种类",
    "instrument": "文书",
    "decision": "监督决定",
    "deadline": "期限",
    "due_day": "报送日期",
    "limit": "次数",
    "scope": "监督内容的范围",
    "ladder": "到期步骤",
    "recusal_ground": "回避事由",
    "recusal_decider": "回避的决定人",
    "recusal_ladder": "决定回避的到期步骤",
    "question_ladder": "答复询问的到期步骤",
    "bar": "限制",
}
_FIELDS: Final = {
    "key": "标识", "code": "条款编号", "name": "名称", "short_name": "简称", "version": "版本",
    "jurisdiction": "行政区划", "status": "状态", "in_force_from": "施行日期", "summary": "说明", "article": "依据",
    "aliases": "别称", "form": "格式", "signed_by": "署名单位", "relations": "适用的监督关系", "series": "发文代字",
    "when": "适用情形", "off_for_relations": "不适用的监督关系", "reason": "理由", "amount": "长度", "unit": "单位",
    "source": "来源", "note": "说明", "tenant_may_change": "允许本单位调整", "month": "月", "day": "日",
    "count": "次数", "offset": "相对期满的工作日", "to": "提醒对象", "unless": "例外情形",
    "against": "对象", "imposed_by": "决定机关", "document": "文书", "weight": "轻重",
    "left_out": "不包括的监督内容", "relation": "监督关系",
    "organ": "决定单位", "role": "决定职责",
}  # fmt: skip
_WORDS: Final = {
    "working_day": "工作日", "calendar_day": "自然日", "month": "月", "year": "年", "article": "办法规定",
    "default": "规则默认", "tenant": "本单位调整", "draft": "征求意见稿", "in_force": "施行", "superseded": "已被取代",
    "level": "层级", "line": "条线", "vertical": "垂直、双重管理", "internal": "内部", "assist": "协助",
    "letter": "信函格式", "standard": "标准格式", "upward": "上行文", "sheet": "表格",
    "organ": "单位", "person": "人员", "supervising_organ": "监督机关", "own_organ": "所在行政执法机关",
    "supervision_body": "监督机构", "referral": "移送有权机关",
    "True": "是", "False": "否", "justice_department": "司法行政部门", "government": "人民政府", "department": "部门",
}  # fmt: skip


def diff(old: RuleBook, new: RuleBook) -> list[str]:
    """The changes from `old` to `new`, one sentence each, in the order of the book; empty when they are equal."""
    before, after = msgspec.to_builtins(old), msgspec.to_builtins(new)
    return [change for table in _TABLES for change in _table(table, before[table], after[table])]


def _table(table: str, old: Any, new: Any) -> Iterator[str]:
    what = _TABLES[table]
    if isinstance(old, dict):
        yield from _entry(what, old, new)
        return
    was, now = _keyed(old), _keyed(new)
    yield from (f"{what}“{entry['name']}”：删除。" for key, entry in was.items() if key not in now)
    for key, entry in now.items():
        if key not in was:
            yield f"{what}“{entry['name']}”：新增。"
        else:
            yield from _entry(f"{what}“{was[key]['name']}”", was[key], entry)


def _keyed(entries: Any) -> dict[str, dict[str, Any]]:
    return {next(entry[name] for name in ("key", "code", "relation") if name in entry): entry for entry in entries}


def _entry(what: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if "amount" in old and (old["amount"], old["unit"]) != (new["amount"], new["unit"]):
        yield f"{what}：长度由 {_length(old)}改为 {_length(new)}。"
    for field, value in old.items():
        if field not in ("amount", "unit") and new[field] != value:
            yield f"{what}：{_FIELDS[field]}由“{_shown(value)}”改为“{_shown(new[field])}”。"


def _length(entry: dict[str, Any]) -> str:
    return f"{entry['amount']} 个{_WORDS[entry['unit']]}" if entry["unit"] != "year" else f"{entry['amount']} 年"


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "、".join(_shown(part["name"] if isinstance(part, dict) else part) for part in value) or "无"
    return _WORDS.get(str(value), str(value))
