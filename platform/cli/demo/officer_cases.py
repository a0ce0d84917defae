"""The registers of the demo city: files of the people with accounts and of invented officers, certificates in every
state, hours and examinations, enforcement bodies. All persons are invented; their citizen ids bear the sequence numbers
900 and above and belong to nobody that this software knows of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cli.demo.parts import MARKET, URBAN, WATER, Side
from cli.demo.people import people
from cli.demo.stage import Case, Stage
from kernel.ids import new_id
from kernel.work import Work, open_work
from kernel.workdays import add_years
from supervision.officers import service as officers
from tenants.registers import service as registers
from tenants.registers.commands import BodyInput, ExaminationInput, OfficerInput, TrainingInput
from tenants.registers.models import Certificate, Officer
from tenants.staff.citizen_id import check_character

OPENED = 30
"""Working days ago on which the registers were filled."""
KEEPERS = frozenset({"supervisor", "supervision_leader", "contact", "legal_officer"})


@dataclass(frozen=True, slots=True)
class Person:
    """An invented officer. `ends_in`: days until the certificate's last day; None: without one."""

    name: str
    title: str
    born: date
    ends_in: int | None = 1000
    hours: tuple[int, ...] = (24, 16, 20)
    employment: str = "civil_service"
    username: str = ""
    status: str = "valid"
    passed: bool = True


URBAN_PEOPLE = (
    Person("彭程", "执法队员", date(1992, 4, 18), 75, (24, 16), username="peng"),
    Person("冯志强", "执法大队副大队长", date(1983, 7, 2)),
    Person("吕长河", "执法队员", date(1990, 1, 25), 160, (24, 20)),
    Person("何玉兰", "执法队员", date(1988, 9, 9), 46),
    Person("施建华", "执法队员", date(1979, 12, 11), -20, (16,)),
    Person("孔令辉", "执法队员", date(1991, 3, 30), 640),
    Person("曹旭", "执法队员", date(1995, 6, 6), 900, (24, 14)),
    Person("严丽", "法制审核员", date(1986, 11, 21), 1400),
    Person("姜涛", "执法队员", date(1984, 5, 17), 1100, status="suspended"),
    Person("金波", "协管员", date(1997, 2, 8), None, (8,), employment="contract", passed=False),
    Person("苏彦", "执法队员", date(1999, 10, 14), None, (24,), passed=False),
)
WATER_PEOPLE = (
    Person("石磊", "水政监察员", date(1985, 8, 19), 820, employment="public_institution"),
    Person("江月", "水政监察员", date(1993, 5, 5), 120, (24, 12), employment="public_institution"),
    Person("汪洋", "水政监察员", date(1989, 2, 27), 1300),
)
MARKET_PEOPLE = (
    Person("梁栋", "执法队员", date(1987, 10, 3), 300),
    Person("柯岚", "执法队员", date(1994, 12, 24), 1500),
    Person("祝融", "执法队员", date(1982, 6, 15), 88, (24, 36)),
)
AREAS = {URBAN.organ: "urban_management", WATER.organ: "water", MARKET.organ: "market_regulation"}


def officer_cases(stage: Stage) -> Iterator[Case]:
    for side, persons in ((URBAN, URBAN_PEOPLE), (WATER, WATER_PEOPLE), (MARKET, MARKET_PEOPLE)):
        yield _enforcement(stage, side, persons)
    yield _supervision(stage)
    yield _bodies(stage)
    yield _warned(stage)


def citizen_id(number: int, born: date) -> str:
    """An invented number with a right check character."""
    head = f"411023{born:%Y%m%d}{900 + number % 100:03d}"
    return head + check_character(head)


async def _enforcement(stage: Stage, side: Side, persons: tuple[Person, ...]) -> None:
    await stage.until(OPENED)
    async with stage.work(side.contact) as work:
        for number, person in enumerate(persons):
            file = await _file(work, person, number, AREAS[side.organ])
            await _learned(work, file, person)
            if person.ends_in is not None:
                until = stage.today + timedelta(days=person.ends_in)
                number_text = f"1604{stage.organ(side.organ).int % 90 + 10}{until:%y%m}{number:03d}"
                certificate = _certificate(stage, work, file, number=number_text, until=until)
                if person.status == "suspended":
                    certificate.status, certificate.status_on = "suspended", stage.today
                    certificate.suspended_until = stage.today + timedelta(days=30)
                    certificate.status_reason, certificate.status_article = "因粗暴执法被暂扣（演示）", "10(4)"


async def _file(work: Work, person: Person, number: int, area: str) -> Officer:
    entry = OfficerInput(
        name=person.name,
        citizen_id=citizen_id(number, person.born),
        employment=person.employment,
        title=person.title,
        unit="执法大队",
        areas=(area,),
        joined_on=date(2021, 3, 1),
        legal_qualification=number % 4 == 1,
        username=person.username,
    )
    return await registers.add_officer(work, entry)


async def _learned(work: Work, file: Officer, person: Person) -> None:
    for month, hours in enumerate(person.hours):
        day = min(date(work.today.year, 1 + 3 * month, 16), work.today)
        lesson = TrainingInput(held_on=day, subject="行政执法业务培训（演示）", provider="建安区司法局", hours=hours)
        await registers.add_training(work, file.id, lesson)
    if person.passed:
        paper = ExaminationInput(kind="enforcement", held_on=date(2023, 11, 18), passed=True, score=86)
        await registers.add_examination(work, file.id, paper)


def _certificate(stage: Stage, work: Work, file: Officer, **values: Any) -> Certificate:
    """A certificate from before the registers were kept here, taken over as it was."""
    kind = values.pop("kind", "enforcement")
    until: date = values["until"]
    start = add_years(until, -5) + timedelta(days=1)
    row = Certificate(
        city_id=work.city_id,
        id=new_id(),
        organ_id=file.organ_id,
        officer_id=file.id,
        citizen_hash=file.citizen_hash,
        holder_name=file.name,
        kind=kind,
        number=values["number"],
        issuer_id=values.get("issuer", stage.organ("建安区司法局")),
        areas=list(file.areas),
        issued_on=start,
        valid_from=start,
        valid_until=until,
        status="valid",
        status_on=start,
    )
    work.session.add(row)
    return row


async def _supervision(stage: Stage) -> None:
    """Files and supervision certificates for those whose posts bear a number (Article 6)."""
    await stage.until(OPENED, "10:30")
    bearers = [p for p in people() if p["post"].get("certificate_no")]
    for place, organ in enumerate(dict.fromkeys(p["organ"] for p in bearers)):
        here = [p for p in bearers if p["organ"] == organ]
        keepers = [p["username"] for p in people() if p["organ"] == organ and KEEPERS & set(p["post"]["roles"])]
        async with stage.work(keepers[0]) as work:
            for number, person in enumerate(here):
                await _supervisor(stage, work, person, 10 * place + number)


async def _supervisor(stage: Stage, work: Work, person: dict[str, Any], number: int) -> None:
    entry = OfficerInput(
        name=person["name"],
        citizen_id=citizen_id(number, date(1978 + number % 17, 1 + number % 12, 5 + number % 20)),
        employment="civil_service",
        title=person["post"]["title"],
        unit=person["post"]["unit"],
        areas=(),
        joined_on=date(2021, 3, 1),
        legal_qualification=True,
        username=person["username"],
    )
    file = await registers.add_officer(work, entry)
    paper = ExaminationInput(kind="supervision", held_on=date(2023, 11, 18), passed=True, score=91)
    await registers.add_examination(work, file.id, paper)
    lesson = TrainingInput(
        held_on=min(date(work.today.year, 3, 20), work.today),
        subject="行政执法监督业务培训（演示）",
        provider="市司法局",
        hours=40 + 20 * (number % 2),
    )
    await registers.add_training(work, file.id, lesson)
    until = stage.today + timedelta(days=140 + 41 * number % 1200)
    number_text = person["post"]["certificate_no"]
    _certificate(stage, work, file, kind="supervision", number=number_text, until=until, issuer=work.organ_id)
    await registers.project_to_posts(work, file)


async def _bodies(stage: Stage) -> None:
    await stage.until(OPENED, "11:00")
    async with stage.work(URBAN.contact) as work:
        await registers.add_body(
            work,
            BodyInput(
                kind="organ",
                name=URBAN.organ,
                authority="河南省城市综合执法条例（演示）",
                scope="市容环境卫生、市政公用、城市绿化等方面的行政处罚",
                valid_from=date(2019, 3, 1),
                confirmed_by="建安区人民政府",
            ),
        )
        await registers.add_body(
            work,
            BodyInput(
                kind="entrusted",
                name="建安区市容监察所（演示）",
                authority="行政执法委托书（演示）",
                scope="占道经营的日常检查和简易处罚",
                valid_from=date(stage.today.year, 1, 1),
                valid_until=date(stage.today.year, 12, 31),
                confirmed_by="建安区司法局",
            ),
        )


async def _warned(stage: Stage) -> None:
    """What the daily job pointed out on the last working day."""
    await stage.until(1, "06:30")
    bearers = [p["organ"] for p in people() if p["post"].get("certificate_no")]
    for organ in dict.fromkeys((*AREAS, *bearers)):
        organ_id = stage.organ(organ)
        async with open_work(stage.database, city_id=stage.city_id, organ_id=organ_id) as work:
            await officers.warn_organ(work)
