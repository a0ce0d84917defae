"""Retries, the breaker, addresses and content hashes of connected systems. Pure."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes

from kernel.errors import Invalid

KINDS: Final = {
    "provincial": "省级行政执法监督平台",
    "hotline": "12345 政务服务便民热线",
    "discipline": "纪检监察机关",
    "media": "媒体和舆情来源",
    "message": "短信和政务消息",
    "webhook": "本单位其他系统",
}
STATES: Final = {"enabled": "启用", "paused": "暂停"}
SUITES: Final = {"hmac-sm3": "HMAC-SM3（共享密钥）", "sm2": "SM2（双方公钥）"}
PARCEL_STATES: Final = {"waiting": "待送出", "received": "对方已收", "refused": "对方拒收", "dead": "多次未送达"}
ARRIVAL_STATES: Final = {"waiting": "待处理", "taken": "已接收", "refused": "未接收", "late": "迟到的旧版本"}

TRIES: Final = 8
"""Times that a parcel is handed over before it is dead."""
ALONE_FROM: Final = 2
"""A parcel that failed so often travels alone, so that it holds up no other."""
LEAST_SECONDS: Final = 1.0
MOST_SECONDS: Final = 60.0
EXCHANGES: Final = 6
"""How many of the other side's longest answers one exchange may take altogether: a body may trickle."""
FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(hours=1)
FAILURES: Final = 5
"""Failures one after the other that open the breaker."""
OPEN_FIRST: Final = timedelta(seconds=15)
OPEN_LONGEST: Final = timedelta(minutes=15)


def answer_seconds(settings: Mapping[str, Any]) -> float:
    """How long the other side of a link may be silent: its setting `seconds`, within bounds."""
    return min(MOST_SECONDS, max(LEAST_SECONDS, float(settings.get("seconds", 20))))


def exchange_seconds(settings: Mapping[str, Any]) -> float:
    """How long one exchange with it may take from the first byte to the last."""
    return EXCHANGES * answer_seconds(settings)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Of one link: failures one after the other, and until when nothing is sent."""

    failures: int = 0
    open_until: datetime | None = None

    def state(self, now: datetime) -> str:
        """closed; open: nothing goes out; half_open: one exchange tries whether it works again."""
        if self.open_until is None:
            return "closed"
        return "open" if now < self.open_until else "half_open"

    def succeeded(self) -> Breaker:
        return Breaker()

    def failed(self, now: datetime) -> Breaker:
        """One more failure; from FAILURES on each one doubles the pause."""
        failures = self.failures + 1
        if failures < FAILURES:
            return Breaker(failures, self.open_until)
        pause = min(OPEN_LONGEST, OPEN_FIRST * 2 ** min(failures - FAILURES, 10))
        return Breaker(failures, now + pause)


def pause_after(attempts: int, jitter: float) -> timedelta:
    """How long a parcel waits after its nth try: doubling, and spread by `jitter` (0 to 1) over its upper half, so
    that what failed together does not come back together."""
    whole: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 20))
    return whole * (0.5 + jitter / 2)


def canonical(payload: Mapping[str, Any]) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. Payloads have no floating-point numbers: money is fen."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def content_hash(payload: Mapping[str, Any]) -> str:
    """SM3 of the canonical JSON, in hex: what both sides compare."""
    return sm3(canonical(payload))


def sm3(data: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def checked_address(address: str, *, loopback: bool = False) -> str:
    """The address of a system without a closing slash: https, and http on this machine alone where `loopback`.

    Raises Invalid for the field `address`. Private networks are allowed, because government extranets are such.
    """
    cleaned = address.strip().rstrip("/")
    try:
        parts = urlsplit(cleaned)
        port = parts.port
    except ValueError as error:
        raise Invalid("地址的格式不正确。", field="address") from error
    host = parts.hostname or ""
    here = is_loopback(host)
    if not host or parts.query or parts.fragment or parts.username or parts.password or port == 0 or len(address) > 300:
        raise Invalid("请填写系统的接口地址，如 https://jk.example.gov.cn/v1，不带参数和账号。", field="address")
    if here and loopback and parts.scheme in ("http", "https"):
        return cleaned
    if parts.scheme != "https":
        raise Invalid("接口地址必须使用 https。", field="address")
    if here or (literal(host) is not None and forbidden(host)):
        raise Invalid("接口地址不能指向本机、链路本地或者组播地址。", field="address")
    return cleaned


def literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    address = literal(host)
    return host.lower().rstrip(".") == "localhost" or (address is not None and address.is_loopback)


def forbidden(host: str) -> bool:
    """Whether an IP address may not be called: this machine, link-local (where clouds keep their metadata),
    multicast, unspecified, reserved."""
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or str(address) in ("100.100.100.200", "fd00:ec2::254")
    )
