"""How many different organs or persons: figures that are counted when somebody asks and never added up.

One organ that was inspected twice is one organ. Such a number has no delta, so nothing keeps it: it is counted from the
records, under the reader's own tenancy, of one organ or of several that report as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text

from kernel.work import Work
from reporting.figures import asked, catalogue
from reporting.figures.periods import Period
from supervision.deadlines import service as deadlines

COUNTS: Final = {
    "accountability.organs": """
        select count(distinct c.supervised_id) from accountability_case c
        where c.city_id = :city and c.organ_id = any(:organs) and c.against = 'organ'
            and c.served_on between :first and :last""",
    "accountability.persons": """
        select count(distinct coalesce(c.officer_id::text, c.person_id::text, c.supervised_id || c.person_name))
        from accountability_case c
        where c.city_id = :city and c.organ_id = any(:organs) and c.against = 'person' and (
            (c.measure = 'qualification_cancellation' and c.served_on between :first and :last) or exists (
                select from accountability_answer a where a.city_id = c.city_id and a.case_id = c.id
                and a.result in ('imposed', 'other')
                and coalesce(a.effective_on, (a.answered_at at time zone 'Asia/Shanghai')::date)
                    between :first and :last))""",
    "file_reviews.organs": """
        select count(distinct m.supervised_id) from matter m
        where m.city_id = :city and m.organ_id = any(:organs) and m.mode = 'file_review'
            and m.opened_on between :first and :last""",
    "cases.organs": """
        select count(distinct r.organ_id) from enforcement_record r
        where r.city_id = :city and (r.organ_id = any(:organs) or r.body_id = any(:organs))
            and r.closed_on between :first and :last""",
    "supervisors.social": """
        select count(*) from social_supervisor s
        where s.city_id = :city and s.organ_id = any(:organs) and s.from_on <= :last and s.until_on >= :last
            and (s.ended_on is null or s.ended_on > :last)""",
    "officers.certifiable": """
        select count(*) from officer o
        where o.city_id = :city and o.organ_id = any(:organs) and o.joined_on <= :last
            and (o.left_on is null or o.left_on > :last) and o.employment in ('civil_service', 'public_institution')
            and not (exists (select from certificate c where c.city_id = o.city_id and c.officer_id = o.id
                    and c.kind = 'supervision' and :last between c.valid_from and c.valid_until)
                and not exists (select from certificate c where c.city_id = o.city_id and c.officer_id = o.id
                    and c.kind = 'enforcement'))""",
    "officers.reviewers": """
        select count(distinct p.person_id) from post p
        where p.city_id = :city and p.organ_id = any(:organs) and 'legal_officer' = any(p.roles)
            and p.valid_from <= :last and (p.valid_to is null or p.valid_to >= :last)""",
    "officers.reviewers_qualified": """
        select count(distinct p.person_id) from post p
        where p.city_id = :city and p.organ_id = any(:organs) and 'legal_officer' = any(p.roles)
            and p.valid_from <= :last and (p.valid_to is null or p.valid_to >= :last)
            and exists (select from officer o where o.city_id = p.city_id and o.organ_id = any(:organs)
                and o.person_id = p.person_id and o.legal_qualification)""",
    "inspections.objects": """
        select count(distinct r.party_uscc) from enforcement_record r
        where r.city_id = :city and r.organ_id = any(:organs) and r.kind = 'inspection' and r.party_uscc <> ''
            and r.follow_up not in ('case', 'transfer') and r.done_on between :first and :last""",
    "matters.organs": """
        select count(distinct m.supervised_id) from matter m
        where m.city_id = :city and m.organ_id = any(:organs) and m.opened_on between :first and :last""",
    "training.persons": """
        select count(distinct t.officer_id) from training t
        where t.city_id = :city and t.organ_id = any(:organs) and t.hours > 0 and t.held_on between :first and :last""",
    "training.qualified": """
        select count(*) from (
            select t.officer_id from training t
            where t.city_id = :city and t.organ_id = any(:organs) and t.held_on between :first and :last
            group by t.officer_id having sum(t.hours) >= :hours) x""",
}
"""Code → a query over the records of some organs and days. `:hours` are those of the rule book."""


async def counts(work: Work, organ_ids: Sequence[UUID], period: Period, codes: Sequence[str]) -> dict[str, int]:
    """Code → number in the period, over all the organs together. What the reader may not see is not counted."""
    queries = COUNTS | asked.queries(codes)
    wanted = [code for code in dict.fromkeys(codes) if code in queries]
    if not wanted:
        return {}
    values = {
        "city": work.city_id, "organs": list(organ_ids), "first": period.first_day, "last": period.last_day,
        "hours": (await deadlines.rulebook(work)).limit("training.hours_per_year"),
        **await asked.parameters(work, period),
    }  # fmt: skip
    statement = "select " + ", ".join(f"({queries[code]})" for code in wanted)
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    row = (await work.session.execute(text(statement), used)).one()
    return {code: int(value or 0) for code, value in zip(wanted, row, strict=True)}


CONNECTED: Final = """
select split_part(c.indicator, '.', 1) from figure_counter c where c.city_id = :city and c.organ_id = any(:organs)
    and c.reach = 'own' and c.indicator = any(:codes)
union select split_part(d.indicator, '.', 1) from figure_delta d where d.city_id = :city and d.organ_id = any(:organs)
    and d.indicator = any(:codes)
"""


async def connected(work: Work, organ_ids: Sequence[UUID]) -> frozenset[str]:
    """The families of enforcement figures (``penalties``, ``licences``, …) of which any system has ever sent an act of
    these organs, or one to be filed with them. Of the others nothing is known: not even that there were none."""
    codes = [i.code for i in catalogue.load().derived() if i.group == catalogue.ENFORCEMENT]
    values = {"city": work.city_id, "organs": list(organ_ids), "codes": codes}
    found = frozenset((await work.session.scalars(text(CONNECTED), values)).all())
    # Whose cases are closed is known of who enforces, and of the body that cases are filed with.
    return found | {"cases"} if found & {"penalties", "filings"} else found


def family(code: str) -> str:
    """What an enforcement figure belongs to, as `connected` names it: the word before the dot."""
    return code.partition(".")[0]
