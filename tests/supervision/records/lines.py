"""Lines of records for tests: invented, and valid until something is changed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import msgspec
from stdnum.cn import ric

from tenants.organs.codes import uscc_with_check_digit

OFFICERS = [{"certificate_no": "16410001"}, {"certificate_no": "16410002"}]


def uscc(number: int) -> str:
    """An invented credit code whose check digit is right."""
    return uscc_with_check_digit(f"91411000MA{number % 10_000_000:07d}")


def citizen(number: int) -> str:
    """An invented citizen id whose check character is right."""
    born = date(1960, 1, 1) + timedelta(days=number % 14_000)
    head = f"411003{born:%Y%m%d}{number % 1000:03d}"
    return head + ric.calc_check_digit(head + "0")


def penalty(number: int, **changes: Any) -> dict[str, Any]:
    """An ordinary penalty of 2026, decided in good time. A change to None leaves the field out."""
    day = date(2026, 1, 1) + timedelta(days=random.Random(number).randrange(120))
    person = number % 3 == 0
    line: dict[str, Any] = {
        "kind": "penalty",
        "external_id": f"A{number:07d}",
        "version": 1,
        "case_no": f"建城管罚字〔2026〕{number}号",
        "title": f"当事人占道经营案{number}",
        "item_code": "410000CG0012",
        "item_name": "占道经营",
        "party_kind": "citizen" if person else "legal_person",
        "party_name": "王小明" if person else f"演示商贸第{number}有限公司",
        "officers": OFFICERS,
        "basis": [{"law": "城市市容和环境卫生管理条例", "article": "第三十六条"}],
        "procedure": "ordinary",
        "filed_on": day.isoformat(),
        "notice_served_on": (day + timedelta(days=20)).isoformat(),
        "decided_on": (day + timedelta(days=30)).isoformat(),
        "served_on": (day + timedelta(days=33)).isoformat(),
        "penalty_kinds": ["fine"],
        "fine_fen": 20_000 + number % 50 * 1_000,
    }
    line["party_id_no" if person else "party_uscc"] = citizen(number) if person else uscc(number)
    return {name: value for name, value in (line | changes).items() if value is not None}


def encoded(*lines: dict[str, Any]) -> list[bytes]:
    return [msgspec.json.encode(line) for line in lines]


def jsonl(*lines: dict[str, Any]) -> bytes:
    return b"\n".join([*encoded(*lines), b""])
