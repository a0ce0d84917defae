"""What the province is told (Arts. 5, 11, 17): an organ's matters, instruments, decisions, cancellations and returns,
as they are now. Drafts and everything that nobody outside may know stay here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from integrations.links.feed import Event
from integrations.links.telling import Told
from integrations.provincial import messages as m
from kernel.work import Work
from reporting.returns.models import ReturnVersion, StatisticalReturn
from supervision.decisions.models import Decision
from supervision.instruments.models import Instrument
from supervision.licensing.models import QualificationBar
from supervision.matters.models import Matter
from tenants.organs.directory import directory

ISSUED = ("issued", "served", "answered", "accepted", "refused", "lapsed", "withdrawn", "superseded")


async def build(work: Work, events: Sequence[Event]) -> list[Told]:
    """The present state of the records that the events are about; of what failed or was refused nothing is told."""
    ids: dict[str, set[UUID]] = {}
    for event in events:
        if event.subject_id is not None:
            ids.setdefault(event.subject_kind, set()).add(event.subject_id)
        if event.thread_id is not None:
            ids.setdefault("matter", set()).add(event.thread_id)
    return [
        *await _matters(work, ids.get("matter", set())),
        *await _instruments(work, ids.get("instrument", set())),
        *await _decisions(work, ids.get("decision", set())),
        *await _bars(work, ids.get("qualification_bar", set())),
        *await _returns(work, ids.get("return", set())),
    ]


def _told(kind: str, subject_id: UUID, data: m.Message) -> Told:
    return Told(kind, subject_id, msgspec.to_builtins(data))


async def _matters(work: Work, ids: Iterable[UUID]) -> list[Told]:
    own = (Matter.city_id == work.city_id, Matter.organ_id == work.organ_id, Matter.number.is_not(None))
    rows = await work.session.scalars(select(Matter).where(*own, Matter.id.in_(list(ids))))
    organ = await _name(work, work.organ_id)
    return [
        _told(
            "matter",
            row.id,
            m.MatterData(
                number=row.number or "", title=row.title, organ=organ, supervised=row.supervised_name, mode=row.mode,
                content_items=list(row.content_items), state=row.state, stage=row.stage, opened_on=row.opened_on,
                closed_on=row.closed_on,
            ),
        )
        for row in rows
    ]  # fmt: skip


async def _instruments(work: Work, ids: Iterable[UUID]) -> list[Told]:
    own = (Instrument.city_id == work.city_id, Instrument.organ_id == work.organ_id, Instrument.state.in_(ISSUED))
    rows = await work.session.scalars(select(Instrument).where(*own, Instrument.id.in_(list(ids))))
    organ = await _name(work, work.organ_id)
    return [
        _told(
            "instrument",
            row.id,
            m.InstrumentData(
                kind=row.kind, number=row.number or "", title=row.title, matter_number=row.matter_number, organ=organ,
                addressee=row.addressee_name, state=row.state, issued_at=row.issued_at, served_at=row.served_at,
                pdf_sha256=row.pdf_sha256 or "",
            ),
        )
        for row in rows
    ]  # fmt: skip


async def _decisions(work: Work, ids: Iterable[UUID]) -> list[Told]:
    """Of the government's decisions those that the work's organ brought about or made."""
    rows = await work.session.scalars(
        select(Decision).where(
            Decision.city_id == work.city_id,
            (Decision.body_id == work.organ_id) | (Decision.organ_id == work.organ_id),
            Decision.id.in_(list(ids)),
            Decision.number != "",
        )
    )
    return [
        _told(
            "decision",
            row.id,
            m.DecisionData(
                number=row.number, organ=await _name(work, row.organ_id), supervised=row.supervised_name,
                state=row.state, decided_at=row.decided_at, served_on=row.served_on, due_on=row.due_on,
            ),
        )
        for row in rows
    ]  # fmt: skip


async def _bars(work: Work, ids: Iterable[UUID]) -> list[Told]:
    own = (QualificationBar.city_id == work.city_id, QualificationBar.organ_id == work.organ_id)
    rows = await work.session.scalars(select(QualificationBar).where(*own, QualificationBar.id.in_(list(ids))))
    return [
        _told(
            "cancellation",
            row.id,
            m.CancellationData(
                person_name=row.person_name, holder_organ=await _name(work, row.holder_organ_id),
                decision_number=row.decision_number, effective_on=row.effective_on, barred_until=row.barred_until,
                lifted_on=row.lifted_on, lifted_kind=row.lifted_kind,
            ),
        )
        for row in rows
    ]  # fmt: skip


async def _returns(work: Work, ids: Iterable[UUID]) -> list[Told]:
    """Returns that were handed in, with the newest version's totals."""
    table, version = StatisticalReturn, ReturnVersion
    newest = (
        (version.city_id == table.city_id)
        & (version.organ_id == table.organ_id)
        & (version.return_id == table.id)
        & (version.number == table.version)
    )
    query = select(table, version).join(version, newest)
    own = (table.city_id == work.city_id, table.organ_id == work.organ_id, table.id.in_(list(ids)))
    return [
        _told(
            "return",
            head.id,
            m.ReturnData(
                form=head.form_key, period=head.period, organ=head.organ_name, state=head.state, version=head.version,
                digest=sent.digest, totals=_whole(sent.totals), submitted_at=sent.submitted_at,
            ),
        )
        for head, sent in await work.session.execute(query.where(*own))
    ]  # fmt: skip


def _whole(totals: dict[str, Any]) -> dict[str, int | None]:
    return {code: value for code, value in totals.items() if value is None or isinstance(value, int)}


async def _name(work: Work, organ_id: UUID) -> str:
    organ = (await directory(work)).organs.get(organ_id)
    return organ.name if organ else ""
