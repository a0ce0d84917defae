"""Event types, signatures after Standard Webhooks, retries, and which addresses may be called. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from integrations.links import rules as links
from kernel.errors import FieldError, Invalid

EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "clue.received": "收到线索",
        "clue.accepted": "受理线索",
        "clue.answered": "答复线索来源",
        "matter.opened": "批准立项",
        "matter.suspended": "中止办理",
        "matter.reopened": "重新办理",
        "matter.closed": "批准结项",
        "instrument.issued": "签发文书",
        "instrument.served": "文书送达",
        "instrument.overdue": "逾期未改正",
        "delivery.received": "收到文书",
        "reply.submitted": "报送书面报告",
        "reply.received": "收到书面报告",
        "report.sent": "向政府报告",
        "decision.issued": "作出监督决定",
        "decision.served": "监督决定书送达",
        "return.submitted": "报送统计报表",
        "return.accepted": "统计报表被采用",
        "return.sent_back": "统计报表被退回",
        "annual.published": "公开年度报告和计划",
        "officer.cancelled": "取消行政执法资格",
    }
)
"""Types that an endpoint may choose."""
TRIAL: Final = "webhook.test"
DEEDS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("clue", "register"): "clue.received",
        ("clue", "received"): "clue.received",
        ("clue", "accept"): "clue.accepted",
        ("clue", "answer"): "clue.answered",
        ("matter", "approve_opening"): "matter.opened",
        ("matter", "suspend"): "matter.suspended",
        ("matter", "reopen"): "matter.reopened",
        ("matter", "approve_closing"): "matter.closed",
        ("instrument", "issue"): "instrument.issued",
        ("delivery", "serve"): "instrument.served",
        ("instrument", "lapse"): "instrument.overdue",
        ("delivery", "receive"): "delivery.received",
        ("reply", "approve_reply"): "reply.submitted",
        ("instrument", "answer"): "reply.received",
        ("instrument", "refuse"): "reply.received",
        ("report", "send_report"): "report.sent",
        ("decision", "decide"): "decision.issued",
        ("decision", "serve"): "decision.served",
        ("return", "submit"): "return.submitted",
        ("return", "accept"): "return.accepted",
        ("return", "send_back"): "return.sent_back",
        ("annual_paper", "publish"): "annual.published",
        ("officer", "qualification_cancelled"): "officer.cancelled",
    }
)
"""(kind, action) of an audit entry → the event that it is. Everything else is told to nobody."""
PAUSES: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before the nth try, from the specification's example; after the last one the message is dead."""
GIVE_UP: Final = timedelta(days=5)
"""Failures without a success for so long switch an endpoint off."""
GRACE: Final = timedelta(hours=24)
"""How long everything is signed with the old secret too, after a rotation."""
LONGEST_WAIT: Final = timedelta(days=1)
SECRET_BYTES: Final = 32
PREFIX: Final = "whsec_"
HEAD: Final = 1_000
"""Characters of an answer that are kept."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def message_name(message_id: UUID) -> str:
    """The `webhook-id`: the same at every try, by which a receiver tells copies."""
    return f"msg_{message_id.hex}"


def signature(secret: str, name: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id.timestamp.body. Raises ValueError for a secret of another form."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret is not base64") from error
    made = hmac.new(key, f"{name}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()


def headers(secrets_now: Sequence[str], name: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of the specification; during a rotation one signature for each secret."""
    signed = " ".join(signature(secret, name, timestamp, body) for secret in secrets_now)
    return {"webhook-id": name, "webhook-timestamp": str(timestamp), "webhook-signature": signed}


def next_try(attempts: int, now: datetime, jitter: float, retry_after: int = 0) -> datetime | None:
    """When the message goes out again after `attempts` tries; None: it is dead. Up to a tenth is added, so that what
    failed together does not come together; a receiver's Retry-After is honoured up to a day."""
    if attempts >= len(PAUSES):
        return None
    pause = timedelta(seconds=PAUSES[attempts] * (1 + jitter / 10))
    return now + max(pause, min(LONGEST_WAIT, timedelta(seconds=retry_after)))


def networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """The private networks that the operator opened. Raises ValueError for what is none."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def refused(
    host: str, opened: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = (), *, loopback: bool = False
) -> bool:
    """Whether an IP address may not be called: everything that is not public, unless the operator opened its network;
    this machine, link-local addresses and clouds' metadata never (`loopback`: the demo's and the tests' own)."""
    address = _inner(ipaddress.ip_address(host))
    if address.is_loopback:
        return not loopback
    if links.forbidden(str(address)):
        return True
    return not address.is_global and not any(address in network for network in opened)


def _inner(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address stands for (mapped, 6to4, NAT64); the address itself otherwise."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def checked_address(
    address: str,
    opened: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = (),
    *,
    loopback: bool = False,
) -> str:
    """The address in its one form. Raises Invalid for the field `address`; where a name leads is looked at again at
    every connection."""
    cleaned = links.checked_address(address, loopback=loopback)
    host = urlsplit(cleaned).hostname or ""
    if links.literal(host) is not None and refused(host, opened, loopback=loopback):
        raise Invalid("这一地址属于内部网络，不能作为回调地址；确需使用的，由运维人员开放该网段。", field="address")
    return cleaned


def check(name: str, events: Sequence[str]) -> None:
    """Raises Invalid with every field that must be changed."""
    errors = []
    if not name.strip() or len(name) > 60:
        errors.append(FieldError("name", "请填写接收系统的名称，最多60个字。"))
    if not events or any(event not in EVENTS for event in events):
        errors.append(FieldError("events", "请从列表中至少选择一类事件。"))
    if errors:
        raise Invalid(errors=errors)
