"""What a key may be: its scopes, its life, what a rotation leaves standing. Pure."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from kernel.errors import FieldError, Invalid

PREFIX: Final = "zsk_"
TOKEN: Final = re.compile(r"zsk_[A-Za-z0-9_-]{43}")
AREAS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "clues": ("查看线索", "登记线索"),
        "matters": ("查看监督事项", ""),
        "instruments": ("查看监督文书", ""),
        "deliveries": ("查看收到的文书", "起草书面报告"),
        "decisions": ("查看报告和监督决定", ""),
        "deadlines": ("查看在计期限", ""),
        "officers": ("查看执法人员和证件", "维护执法人员档案"),
        "bodies": ("查看执法主体", "维护执法主体"),
        "figures": ("查看统计指标", ""),
        "returns": ("查看统计报表", "填报统计报表"),
        "annual": ("查看年度报告和计划", "起草年度报告和计划"),
        "records": ("查看行政执法案件、导入情况", "提交行政执法案件"),
        "organs": ("查看单位、规则", ""),
    }
)
"""Area → what :read and :write open; empty: there is no such scope."""
SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {f"{area}:read": reads for area, (reads, _) in AREAS.items()}
    | {f"{area}:write": writes for area, (_, writes) in AREAS.items() if writes}
)
"""Scope → Chinese label. None of them decides, approves, signs, or shows a complainant (tests/policy/test_keys.py)."""
LONGEST_DAYS: Final = 366
GRACE_HOURS: Final = 72
"""How long the old secret lives on after a rotation, unless another time is chosen."""
MOST_GRACE_HOURS: Final = 720
DEFAULT_PER_MINUTE: Final = 120
MOST_PER_MINUTE: Final = 6000


def new_token() -> str:
    """A secret of 256 bits, to be recognised by scanners of repositories by its prefix."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What the database knows of a secret."""
    return hashlib.sha256(token.encode()).digest()


def check(name: str, scopes: Sequence[str], expires_on: date, per_minute: int, today: date) -> None:
    """Raises Invalid with every field that must be changed."""
    errors = []
    if not name.strip() or len(name) > 60:
        errors.append(FieldError("name", "请填写使用密钥的系统名称，最多60个字。"))
    if not scopes or any(scope not in SCOPES for scope in scopes):
        errors.append(FieldError("scopes", "请从列表中至少选择一项权限。"))
    if not today < expires_on <= today + timedelta(days=LONGEST_DAYS):
        errors.append(FieldError("expires_on", "有效期应在明天至一年以内。"))
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        errors.append(FieldError("per_minute", f"每分钟调用次数应为1至{MOST_PER_MINUTE}。"))
    if errors:
        raise Invalid(errors=errors)


def grace_end(now: datetime, hours: int) -> datetime:
    """When the old secret ends. Raises Invalid for a time that no rotation needs; 0 ends it at once."""
    if not 0 <= hours <= MOST_GRACE_HOURS:
        raise Invalid(f"新旧密钥并行时间应为0至{MOST_GRACE_HOURS}小时。", field="grace_hours")
    return now + timedelta(hours=hours)


def state(expires_on: date, revoked_at: datetime | None, today: date) -> str:
    """active, expired or revoked."""
    if revoked_at is not None:
        return "revoked"
    return "active" if expires_on >= today else "expired"
