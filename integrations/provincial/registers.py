"""What the province says of organs, officers and certificates, held against our own registers (Arts. 2, 10).

Nothing is overwritten: a difference is shown to the people who keep the register, field by field, and the next message
that agrees settles it. Of officers only those are compared whom the organ may see.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import select

from integrations.links import repository
from integrations.links.comparing import difference
from integrations.links.taking import Incoming
from integrations.provincial import messages as m
from kernel.vault import mask_id, vault
from kernel.work import Work
from tenants.organs.directory import directory
from tenants.registers.models import Certificate, Officer


@dataclass(frozen=True, slots=True)
class Field:
    """One field on both sides, as it may be shown."""

    label: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Finding:
    """How one record of the province stands to ours. `fields` empty and not `missing`: they agree."""

    about: str
    missing: bool
    fields: list[Field]


async def take(work: Work, link_id: UUID, kind: str, things: Sequence[Incoming]) -> dict[tuple[str, int], str]:
    """Compare a page of one kind; returns id and version → why it was refused, or nothing."""
    errors: dict[tuple[str, int], str] = {}
    found: dict[str, Finding] = {}
    good: list[tuple[Incoming, m.Message]] = []
    for one in things:
        try:
            good.append((one, msgspec.convert(dict(one.payload), m.DATA[kind])))
            errors[one.external_id, one.version] = ""
        except msgspec.ValidationError as error:
            errors[one.external_id, one.version] = str(error)[:300]
    if kind == "organ":
        found = await _organs(work, good)
    elif kind == "officer":
        found = await _officers(work, good)
    else:
        found = await _certificates(work, good)
    await _note(work, link_id, kind, found)
    return errors


async def _organs(work: Work, good: Sequence[tuple[Incoming, m.Message]]) -> dict[str, Finding]:
    tree = await directory(work)
    by_code = {organ.uscc: organ for organ in tree.organs.values() if organ.uscc}
    by_name = {organ.name: organ for organ in tree.organs.values()}
    found = {}
    for one, data in good:
        assert isinstance(data, m.OrganData)
        ours = by_code.get(data.uscc) or by_name.get(data.name)
        about = data.name
        if ours is None:
            found[one.external_id] = Finding(about, data.ended_on is None, [])
            continue
        found[one.external_id] = Finding(
            about,
            False,
            _unequal(
                ("名称", ours.name, data.name),
                ("统一社会信用代码", ours.uscc or "", data.uscc),
                ("撤销日期", str(ours.ended_on or ""), str(data.ended_on or "")),
            ),
        )
    return found


async def _officers(work: Work, good: Sequence[tuple[Incoming, m.Message]]) -> dict[str, Finding]:
    wanted = {vault().lookup(data.citizen_id): data for _, data in good if isinstance(data, m.OfficerData)}
    query = select(Officer).where(
        Officer.city_id == work.city_id, Officer.citizen_hash.in_(list(wanted)), Officer.left_on.is_(None)
    )
    held = {row.citizen_hash: row for row in await work.session.scalars(query)}
    tree = await directory(work)
    found = {}
    for one, data in good:
        assert isinstance(data, m.OfficerData)
        row = held.get(vault().lookup(data.citizen_id))
        about = f"{data.name}（{mask_id(data.citizen_id)}），{data.organ_name}"
        if row is None:
            found[one.external_id] = Finding(about, True, [])
            continue
        organ = tree.organs.get(row.organ_id)
        found[one.external_id] = Finding(
            about,
            False,
            _unequal(("姓名", row.name, data.name), ("单位", organ.name if organ else "", data.organ_name)),
        )
    return found


async def _certificates(work: Work, good: Sequence[tuple[Incoming, m.Message]]) -> dict[str, Finding]:
    numbers = [data.number for _, data in good if isinstance(data, m.CertificateData)]
    query = select(Certificate).where(Certificate.city_id == work.city_id, Certificate.number.in_(numbers))
    held = {(row.kind, row.number): row for row in await work.session.scalars(query)}
    found = {}
    for one, data in good:
        assert isinstance(data, m.CertificateData)
        row = held.get((data.kind, data.number))
        about = f"{data.number}，{data.holder_name}，{data.organ_name}"
        if row is None:
            found[one.external_id] = Finding(about, True, [])
            continue
        found[one.external_id] = Finding(
            about,
            False,
            _unequal(
                ("持证人", row.holder_name, data.holder_name),
                ("有效期起", str(row.valid_from), str(data.valid_from)),
                ("有效期止", str(row.valid_until), str(data.valid_until)),
                ("状态", row.status, data.status),
            ),
        )
    return found


def _unequal(*fields: tuple[str, str, str]) -> list[Field]:
    """Fields that differ; what the province does not say is no difference."""
    return [Field(*field) for field in fields if field[1] != field[2] and (field[2] or field[0] == "撤销日期")]


async def _note(work: Work, link_id: UUID, kind: str, found: Mapping[str, Finding]) -> None:
    known = {
        row.external_id: row for row in await repository.open_differences(work, link_id, "register", kind, list(found))
    }
    for external_id, finding in found.items():
        row = known.get(external_id)
        if not finding.missing and not finding.fields:
            if row is not None:
                row.state, row.settled_at, row.settled_by_name = "settled", work.now, "系统"
            continue
        if row is None:
            row = difference(work, link_id, kind, "register", external_id, "missing_here")
            work.session.add(row)
        row.what = "missing_here" if finding.missing else "differs"
        row.detail_cipher = vault().seal(
            json.dumps(
                {"about": finding.about, "fields": [[f.label, f.ours, f.theirs] for f in finding.fields]},
                ensure_ascii=False,
            )
        )
    await work.session.flush()
