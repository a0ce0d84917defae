"""Who is told of a notice, over what, and when. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives import hashes

from kernel.clock import SHANGHAI
from kernel.errors import Invalid
from kernel.vault import mask_contact

CHANNELS: Final[Mapping[str, str]] = MappingProxyType({"email": "电子邮件", "sms": "短信", "message": "政务消息"})
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reminder": "期限提醒",
        "overdue": "逾期提醒",
        "served": "文书送达和签收",
        "decision": "监督决定和执行",
        "escalation": "重大逾期和上级要求",
        "accountability": "责任追究",
        "answered": "书面报告和反馈",
        "approval": "待审批、待核验",
        "report": "报告和通报",
        "clue": "线索",
        "other": "其他事项",
    }
)
"""Kinds of lines of the bell, as preferences know them; every other kind is `other`."""
STATUTORY: Final = frozenset({"reminder", "overdue", "served", "decision", "escalation", "accountability"})
QUIET: Final = (21 * 60, 8 * 60)
"""From nine in the evening until eight in the morning, unless a person chooses other hours."""
CODE_LIFE: Final = timedelta(minutes=15)
CODE_AGAIN: Final = timedelta(minutes=1)
CODE_TRIES: Final = 5
PAUSES: Final = (30, 120, 600, 3_600, 14_400, 43_200)
"""Seconds after the nth failed try; after the last one the text is a dead letter."""
AGAIN: Final = timedelta(minutes=10)
"""When a text whose job was lost is handed to another one."""
DOTS: Final = "••••••"
"""In the place of a code in what is kept."""
_FORMS: Final = {
    "email": (re.compile(r"[^@\s<>\",;]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"), "请填写电子邮件地址。"),
    "sms": (re.compile(r"1[3-9]\d{9}"), "请填写11位手机号码。"),
    "message": (re.compile(r"[A-Za-z0-9._@-]{2,100}"), "请填写政务消息平台的账号，由字母、数字组成。"),
}


def checked_address(channel: str, address: str) -> str:
    """The address in its one form. Raises Invalid for the field `address`."""
    if channel not in CHANNELS:
        raise Invalid("请从列表中选择接收方式。", field="channel")
    pattern, sentence = _FORMS[channel]
    cleaned = address.strip()
    if len(cleaned) > 200 or not pattern.fullmatch(cleaned) or not cleaned.isascii():
        raise Invalid(sentence, field="address")
    return cleaned


def masked(channel: str, address: str) -> str:
    """What pages and proofs show of an address."""
    if channel == "email":
        name, _, host = address.rpartition("@")
        return f"{name[:2]}***@{host}"
    return mask_contact(address)


def preference_kind(kind: str) -> str:
    return kind if kind in KINDS else "other"


def statutory(kind: str, article: str | None) -> bool:
    """Whether a line cannot be switched off: the law's own steps, whatever their kind is called."""
    return kind in STATUTORY or (article is not None and not article.startswith("规则:") and kind != "clue")


def channels_for(verified: Collection[str], chosen: Collection[str] | None, *, is_statutory: bool) -> list[str]:
    """Over what a person is told, of the verified channels. `chosen` None: nothing was chosen, which means all.

    A statutory line goes over all of them when the chosen ones are none.
    """
    wanted = [c for c in CHANNELS if c in verified and (chosen is None or c in chosen)]
    return wanted or [c for c in CHANNELS if c in verified and is_statutory]


def urgent(today: date, due_on: date | None, *, is_statutory: bool) -> bool:
    """Whether a line does not wait for the morning: a statutory limit that ends today or has ended."""
    return is_statutory and due_on is not None and due_on <= today


def quiet_end(now: datetime, quiet: tuple[int, int]) -> datetime | None:
    """When the present quiet hours end; None outside of them. Hours may run over midnight; equal ends are none."""
    start, end = quiet
    local = now.astimezone(SHANGHAI)
    minute = local.hour * 60 + local.minute
    inside = start <= minute < end if start <= end else minute >= start or minute < end
    if not inside:
        return None
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = midnight + timedelta(minutes=end)
    return ends if ends > local else ends + timedelta(days=1)


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When the text is tried again after `attempts` failures; None: it is a dead letter."""
    return now + timedelta(seconds=PAUSES[attempts - 1]) if attempts <= len(PAUSES) else None


def code(key: bytes, address_id: bytes, nonce: bytes) -> str:
    """The six digits that prove an address: made anew wherever they are needed, stored nowhere."""
    made = hmac.new(key, address_id + nonce, hashlib.sha256).digest()
    return f"{int.from_bytes(made[:8], 'big') % 1_000_000:06d}"


def text_hash(subject: str, text: str) -> str:
    """SM3 over subject, a line feed, the text, in hex."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(f"{subject}\n{text}".encode())
    return digest.finalize().hex()


def minutes(text: str, field: str) -> int:
    """21:30 → 1290. Raises Invalid for the field."""
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})", text.strip())
    if found is None or not text.isprintable() or int(found[1]) > 23 or int(found[2]) > 59:
        raise Invalid("请按 21:00 的写法填写时间。", field=field)
    return int(found[1]) * 60 + int(found[2])


def clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True, slots=True)
class Line:
    """What the words of a text are made from. Nothing of the matter, of a party or of a complainant is among it."""

    kind: str
    organ: str
    article: str
    due_on: date | None
    link: str
