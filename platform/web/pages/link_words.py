"""The words of the pages of connected systems. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

KIND_WORDS: Final = {
    "organ": "单位",
    "officer": "执法人员",
    "certificate": "执法证件",
    "record": "执法案件",
    "matter": "监督事项",
    "instrument": "监督文书",
    "decision": "监督决定",
    "cancellation": "资格取消",
    "return": "统计报表",
    "referral": "限制知悉事项",
    "reply": "移送回执和结果",
    "order": "热线工单",
    "report": "热线工单的进展",
}
DIRECTIONS: Final = {"in": "对方提供", "out": "本单位报送", "register": "与名册核对"}
BREAKERS: Final = {"closed": "正常", "open": "暂停发送，等待恢复", "half_open": "正在试发"}
STATES: Final = {"open": "待处理", "repairing": "正在修复", "settled": "已处理"}
STATE_LOOKS: Final = {"received": "green", "taken": "green", "dead": "red", "refused": "red", "waiting": "amber"}
WHATS: Final = {
    (False, "missing_here"): "本单位没有",
    (False, "missing_there"): "对方没有",
    (False, "differs"): "双方内容不同",
    (True, "missing_here"): "名册中没有",
    (True, "missing_there"): "对方没有",
    (True, "differs"): "与名册不同",
}


def waits(since: datetime | None, now: datetime) -> str:
    """最早的已等 3 小时; empty when nothing waits."""
    if since is None:
        return ""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"最早的已等 {minutes} 分钟"
    return f"最早的已等 {minutes // 60} 小时" if minutes < 48 * 60 else f"最早的已等 {minutes // 1440} 天"
