"""Demo enforcement records: three hundred acts of the district's and the city's organs, most of them in order, some
with the faults for which the rule models look, and a few lines that could not be taken (Arts. 10(7), 11(5)).

All parties are invented; the same seed gives the same acts on every start.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import select

from cli.demo.parts import CITY_WATER, JIANAN, MARKET, TOWN, URBAN, WATER, Side
from cli.demo.stage import Case, Stage
from supervision.records import service as records
from tenants.organs.codes import uscc_with_check_digit
from tenants.registers.models import Certificate
from tenants.staff.citizen_id import check_character

SEED: Final = 20261009
ITEMS: Final = {
    URBAN.organ: ("占道经营", "《城市市容和环境卫生管理条例》", "第三十六条", 20_000, "城市管理"),
    WATER.organ: ("未经批准取水", "《中华人民共和国水法》", "第六十九条", 2_000_000, "水利"),
    MARKET.organ: ("销售超过保质期的食品", "《中华人民共和国食品安全法》", "第一百二十四条", 500_000, "市场监管"),
    TOWN.organ: ("露天焚烧秸秆", "《中华人民共和国大气污染防治法》", "第一百一十九条", 50_000, "生态环境"),
    CITY_WATER.organ: ("未按批准文件取水", "《取水许可和水资源费征收管理条例》", "第四十八条", 2_500_000, "水利"),
}
ACCOUNT: Final = "410000-财政专户（演示）"
DISTRICT: Final = (URBAN, WATER, MARKET, TOWN)
INSPECTED: Final = "演示食品配送有限公司"


def record_cases(stage: Stage) -> Iterator[Case]:
    yield _brought(stage)


async def _brought(stage: Stage) -> None:
    """The department's system hands in the district's acts, the city's bureau its own."""
    await stage.until(2, "08:40")
    certs = {side.organ: await _certificates(stage, side) for side in (*DISTRICT, CITY_WATER)}
    district, city = lines(certs, stage.day(3).date())
    async with stage.work(JIANAN.handler) as work:
        await records.take_batch(work, source="own_system", records=list(map(msgspec.json.encode, district)))
    async with stage.work(CITY_WATER.contact) as work:
        await records.take_batch(work, source="own_system", records=list(map(msgspec.json.encode, city)))


def lines(certs: dict[str, list[str]], today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The district's lines, the last four of which cannot be taken, and the city's, as on a day. `certs`: numbers of
    officers by the organ's short name."""
    chance = random.Random(SEED)  # noqa: S311 - a demo, not a secret
    district = [_penalty(n, DISTRICT[n % 4], certs, today, chance) for n in range(240)]
    district += [_inspection(n, certs, today, chance) for n in range(30)]
    district += [_licence(n, today, chance) for n in range(20)]
    district += [_confirmation(n, today) for n in range(6)]
    city = [_penalty(500 + n, CITY_WATER, certs, today, chance) for n in range(30)]
    return [*district, *_wrong(district[:4])], city


async def _certificates(stage: Stage, side: Side) -> list[str]:
    """Numbers of the organ's own officers; invented ones where its register is empty."""
    organ_id = stage.organ(side.organ)
    async with stage.work(side.contact) as work:
        query = select(Certificate.number).where(Certificate.city_id == work.city_id, Certificate.organ_id == organ_id)
        found = list((await work.session.scalars(query.order_by(Certificate.number))).all())
    return found if len(found) > 1 else [f"1604{organ_id.int % 9000 + 1000}{n:02d}" for n in range(1, 5)]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _party(n: int) -> dict[str, Any]:
    if n % 3 == 0:
        head = f"411003{1965 + n % 35}{1 + n % 12:02d}{1 + n % 28:02d}{800 + n % 190:03d}"
        name = "王李张刘陈杨赵黄"[n % 8] + "小明小红建国秀英"[n % 4 * 2 : n % 4 * 2 + 2]
        return {"party_kind": "citizen", "party_name": name, "party_id_no": head + check_character(head)}
    return {
        "party_kind": "legal_person" if n % 3 == 1 else "individual_business",
        "party_name": f"演示{'商贸' if n % 2 else '餐饮'}第{n}{'有限公司' if n % 3 == 1 else '经营部'}",
        "party_uscc": uscc_with_check_digit(f"{'91' if n % 3 == 1 else '92'}411003MA{n:07d}"),
    }


def _penalty(n: int, side: Side, certs: dict[str, list[str]], today: date, chance: random.Random) -> dict[str, Any]:
    """An ordinary penalty in good order; every ninth or so has one fault."""
    item, law, article, usual, line = ITEMS[side.organ]
    filed = today - timedelta(days=chance.randrange(60, 330))
    notice = filed + timedelta(days=chance.randrange(15, 40))
    decided = notice + timedelta(days=chance.randrange(7, 20))
    fine = usual * chance.randrange(80, 121) // 100 // 100 * 100
    major = fine >= 1_000_000
    team = certs[side.organ]
    made: dict[str, Any] = {
        "kind": "penalty", "external_id": f"DEMO-CF-{n:05d}", "version": 1, "organ_name": side.organ,
        "case_no": f"演示罚字〔{decided.year}〕{n + 1}号", "doc_no": f"演示罚决字〔{decided.year}〕{n + 1}号",
        "title": f"{_party(n)['party_name'][:1]}某{item}案（演示）" if n % 3 == 0 else f"{item}案（演示{n + 1}）",
        "item_code": f"DEMO{list(ITEMS).index(side.organ) + 1:02d}", "item_name": item, "business_line": line,
        **_party(n), "origin": chance.choice(("inspection", "complaint", "report")), "procedure": "ordinary",
        "is_major": major, "illegal_facts": f"当事人{item}，经责令改正后仍未改正（演示内容）。",
        "officers": [{"certificate_no": team[n % len(team)]}, {"certificate_no": team[(n + 1) % len(team)]}],
        "basis": [{"law": law, "article": article}], "penalty_kinds": ["fine"], "fine_fen": fine,
        "proposed_fine_fen": fine, "law_min_fen": usual // 2,
        "tier": "ordinary", "payee_account": ACCOUNT, "remedies_stated": True,
        "discovered_on": filed - timedelta(days=5), "clue_received_on": filed - timedelta(days=4), "filed_on": filed,
        "survey_ended_on": notice - timedelta(days=3), "notice_served_on": notice, "hearing_right_told": major,
        "defence_due_on": notice + timedelta(days=5), "legal_review_on": decided - timedelta(days=2),
        "legal_review_result": "passed", "discussed_on": decided - timedelta(days=1) if major else None,
        "decided_on": decided, "served_on": decided + timedelta(days=3), "service_manner": "direct",
        "due_on": decided + timedelta(days=18), "paid_on": decided + timedelta(days=chance.randrange(5, 18)),
        "published_on": decided + timedelta(days=5), "closed_on": decided + timedelta(days=25),
        "filed_up_on": decided + timedelta(days=10) if major else None, "close_kind": "normal",
    }  # fmt: skip
    made |= _remedied(n, decided) | _fault(n, made, chance)
    return _told(made, today)


def _remedied(n: int, decided: date) -> dict[str, Any]:
    """Every fifteenth penalty was taken to reconsideration, every third of those was not upheld."""
    if n % 15 != 7:
        return {}
    return {
        "review_case": f"演示复字〔{decided.year}〕{n}号", "review_filed_on": decided + timedelta(days=20),
        "review_ended_on": decided + timedelta(days=75), "review_result": "changed" if n % 3 == 1 else "upheld",
    }  # fmt: skip


def _fault(n: int, made: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    decided = made["decided_on"]
    faults: dict[int, dict[str, Any]] = {
        4: {"filed_on": made["filed_on"] - timedelta(days=80), "clue_received_on": None, "discovered_on": None},
        13: {"officers": made["officers"][:1]},
        22: {"legal_review_on": None, "legal_review_result": "", "is_major": True},
        31: {"fine_fen": made["fine_fen"] * 8, "proposed_fine_fen": made["fine_fen"] * 8},
        40: {"notice_served_on": None, "defence_due_on": None},
        49: {"served_on": decided + timedelta(days=21)},
        58: {"published_on": None},
        67: {"payee_account": "执法单位基本账户（演示）"},
        76: {"officers": [{"certificate_no": f"演示失效{n:03d}"}, made["officers"][0]]},
        85: {"filed_up_on": None, "is_major": True},
        94: {"tier": "heavier", "fine_fen": made["fine_fen"] * chance.randrange(4, 7)},
    }
    return faults.get(n % 99, {})


def _told(made: dict[str, Any], today: date) -> dict[str, Any]:
    """As the source would send it: no empty fields, nothing from the days to come."""
    ahead = {"due_on", "defence_due_on", "held_to", "valid_from", "valid_to"}
    kept: dict[str, Any] = {}
    for name, value in made.items():
        if isinstance(value, date):
            if name in ahead or value <= today:
                kept[name] = _day(value)
        elif value not in (None, ""):
            kept[name] = value
    return kept


def _inspection(n: int, certs: dict[str, list[str]], today: date, chance: random.Random) -> dict[str, Any]:
    """Inspections: one company is inspected again and again."""
    done = today - timedelta(days=9 * n + chance.randrange(3) + 1)
    again = n % 2 == 0
    party = {"party_kind": "legal_person", "party_name": INSPECTED,
             "party_uscc": uscc_with_check_digit("91411003MA9999999")} if again else _party(3 * n + 1)  # fmt: skip
    return _told(
        {
            "kind": "inspection", "external_id": f"DEMO-JC-{n:05d}", "version": 1, "organ_name": MARKET.organ,
            "case_no": f"演示检字〔{done.year}〕{n + 1}号", "title": "食品经营单位日常检查（演示）", **party,
            "item_name": "食品经营监督检查", "business_line": "市场监管", "inspection_kind": "daily",
            "method": "on_site",
            "officers": [{"certificate_no": c} for c in certs[MARKET.organ][:2]], "done_on": done,
            "approved_on": None if n % 7 == 3 else done - timedelta(days=2), "result": "passed", "follow_up": "none",
            "record_signed": True, "yearly_cap": 4, "problems_found": n % 3,
        },
        today,
    )  # fmt: skip


def _licence(n: int, today: date, chance: random.Random) -> dict[str, Any]:
    received = today - timedelta(days=chance.randrange(60, 300))
    accepted = received + timedelta(days=2)
    decided = accepted + timedelta(days=55 if n % 9 == 4 else chance.randrange(5, 20))
    return _told(
        {
            "kind": "licence", "external_id": f"DEMO-XK-{n:05d}", "version": 1, "organ_name": WATER.organ,
            "case_no": f"演示许字〔{decided.year}〕{n + 1}号", "title": "取水许可（演示）", **_party(3 * n + 1),
            "item_name": "取水许可", "business_line": "水利", "received_on": received, "accepted_on": accepted,
            "decided_on": decided, "delivered_on": decided + timedelta(days=5), "result": "granted",
            "promised_days": 10, "valid_from": decided, "valid_to": decided + timedelta(days=1825),
            "published_on": decided + timedelta(days=3),
        },
        today,
    )  # fmt: skip


def _confirmation(n: int, today: date) -> dict[str, Any]:
    decided = today - timedelta(days=40 * n + 10)
    return _told(
        {
            "kind": "other_act", "act_kind": "confirmation", "external_id": f"DEMO-QR-{n:05d}", "version": 1,
            "organ_name": MARKET.organ, "case_no": f"演示确字〔{decided.year}〕{n + 1}号",
            "title": "股权出质登记（演示）", **_party(3 * n + 1), "item_name": "股权出质登记",
            "business_line": "市场监管", "received_on": decided - timedelta(days=3), "decided_on": decided,
            "closed_on": decided + timedelta(days=1),
        },
        today,
    )  # fmt: skip


def _wrong(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines that cannot be taken, for the page of lines to put right."""
    faults: list[dict[str, Any]] = [
        {"decided_on": "2026-02-30"},
        {"fine_fen": -20000},
        {"party_uscc": "91411003MA000000XX", "party_kind": "legal_person", "party_name": "演示公司", "party_id_no": ""},
        {"procedure": "普通", "filed_on": "2026年3月"},
    ]
    return [
        {**line, **fault, "external_id": f"DEMO-CW-{n:05d}"}
        for n, (line, fault) in enumerate(zip(lines, faults, strict=True))
    ]
