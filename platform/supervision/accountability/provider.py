"""What a matter's page learns of accountability: the act that proposes it, and the cases that rest on the matter."""

from __future__ import annotations

from kernel.clock import local_date
from kernel.work import Work
from supervision.accountability.reading import of_matter
from supervision.matters import facts
from supervision.matters.facts import Choice, DocumentLine, Outside
from supervision.matters.models import Matter
from tenants.access import Target, consider


class Accountability:
    """The provider that `facts.register` gets."""

    async def outside(self, work: Work, matter: Matter) -> Outside:
        return Outside()

    async def documents(self, work: Work, matter: Matter) -> list[DocumentLine]:
        return [
            DocumentLine(
                id=row.id,
                kind_label="责任追究",
                title=f"{row.respondent}　{row.measure_name or '未定处理'}",
                number=row.number,
                state_label=row.state_label,
                stage="checking",
                on=local_date(row.proposed_at),
                href=f"/accountability/{row.id}",
                article="21",
            )
            for row in await of_matter(work, matter.id)
        ]

    async def choices(self, work: Work, matter: Matter) -> list[Choice]:
        if matter.state not in ("open", "closing", "closed") or matter.relation not in ("level", "vertical"):
            return []
        verdict, _ = await consider(work, "accountability", "propose", Target(supervised_id=matter.supervised_id))
        if not verdict.allowed:
            return []
        return [
            Choice(
                action="propose_accountability",
                label="提出责任追究",
                articles=["21"],
                href=f"/accountability/new?matter={matter.id}",
                hint="有第二十一条所列情形的，对单位或者责任人员提出",
            )
        ]


PROVIDER = Accountability()


def connect() -> None:
    facts.register(PROVIDER)
