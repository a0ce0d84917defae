"""In: what other systems send enters once by its id and version; a signed message is accepted once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text

from integrations.links import repository
from integrations.links.errors import Untrusted
from integrations.links.models import Arrival, LinkNonce
from integrations.links.rules import canonical, content_hash
from integrations.links.signing import Request, verify_request
from integrations.links.state import Connected, connected
from kernel.clock import system_now
from kernel.errors import Unauthenticated
from kernel.ids import new_id
from kernel.tenancy import VISITOR
from kernel.vault import vault
from kernel.work import Database, Work, open_work

KEEP_NONCES = timedelta(minutes=15)
"""Longer than a signed message may be old in either direction."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record as the other side sent it. `hash`: of its payload; reckoned here when empty."""

    external_id: str
    version: int
    payload: Mapping[str, Any]
    hash: str = ""


async def take_in(
    work: Work, link: UUID, external_id: str, version: int, payload: Mapping[str, Any], *, kind: str, keep: bool = True
) -> bool:
    """Take one record in, waiting to be worked (`settle`). False: it was here before, or a newer one is.

    `keep` seals the payload into the inbox; without it the register that takes the record keeps it.
    """
    return bool(await take_in_many(work, link, kind, [Incoming(external_id, version, payload)], keep=keep))


async def take_in_many(
    work: Work, link: UUID, kind: str, things: Sequence[Incoming], *, keep: bool = True
) -> list[Incoming]:
    """Take records in; returns those that are new and the newest of their id. Equal ids and versions of one call,
    repeated deliveries and late versions have no effect; a late one is noted as late."""
    if not things:
        return []
    unique = {(one.external_id, one.version): one for one in things}
    before = await repository.newest(work, link, kind, [one.external_id for one in things])
    top: dict[str, int] = {}
    for external_id, version in unique:
        top[external_id] = max(version, top.get(external_id, before.get(external_id, version)))
    rows = [_row(work, link, kind, one, late=one.version < top[one.external_id], keep=keep) for one in unique.values()]
    new = await repository.insert_arrivals(work, rows)
    return [one for key, one in unique.items() if key in new and one.version == top[one.external_id]]


def _row(work: Work, link: UUID, kind: str, one: Incoming, *, late: bool, keep: bool) -> dict[str, Any]:
    return {
        "city_id": work.city_id, "organ_id": work.organ_id, "id": new_id(), "link_id": link, "kind": kind,
        "external_id": one.external_id, "version": one.version,
        "content_hash": one.hash or content_hash(one.payload),
        "payload_cipher": vault().seal(canonical(one.payload).decode()) if keep and not late else None,
        "state": "late" if late else "waiting", "error": "", "arrived_at": work.now,
    }  # fmt: skip


async def settle(work: Work, link: UUID, kind: str, external_id: str, version: int, *, error: str = "") -> None:
    """The record was worked: taken, or refused with the reason."""
    row = await repository.arrival(work, link, kind, external_id, version)
    if row is not None and row.state == "waiting":
        row.state, row.error = ("refused", error[:500]) if error else ("taken", "")


async def settle_many(work: Work, link: UUID, kind: str, errors: Mapping[tuple[str, int], str]) -> None:
    """`settle` for a page: id and version → the reason of its refusal, or nothing."""
    query = text(
        "update arrival a set state = case when g.error = '' then 'taken' else 'refused' end, error = g.error"
        " from unnest(cast(:ids as text[]), cast(:versions as bigint[]), cast(:errors as text[]))"
        " as g(id, version, error)"
        " where a.city_id = :city and a.organ_id = :organ and a.link_id = :link and a.kind = :kind"
        " and a.external_id = g.id and a.version = g.version and a.state = 'waiting'"
    )
    values = {"city": work.city_id, "organ": work.organ_id, "link": link, "kind": kind}
    lists = {
        "ids": [key[0] for key in errors],
        "versions": [key[1] for key in errors],
        "errors": [error[:500] for error in errors.values()],
    }
    await work.session.execute(query, values | lists)


def payload_of(row: Arrival) -> dict[str, Any]:
    """What arrived; empty when the inbox does not keep it."""
    found: dict[str, Any] = json.loads(vault().open(row.payload_cipher)) if row.payload_cipher else {}
    return found


async def organ_of(database: Database, city_id: UUID, link_id: UUID) -> UUID:
    """Whose link it is. Raises Unauthenticated for one that there is not."""
    async with open_work(database, city_id=city_id, organ_id=VISITOR) as work:
        found = await work.session.scalar(text("select guard.link_organ(:id)"), {"id": link_id})
    if found is None:
        raise Unauthenticated("请求的签名不能核实。")
    return UUID(str(found))


async def accept(work: Work, link_id: UUID, request: Request, headers: Mapping[str, str]) -> tuple[Connected, str]:
    """Whether a request to us comes from the link's other side, unchanged and for the first time.

    Returns the link and the nonce, to which our answer is signed. Raises Unauthenticated with one sentence for every
    cause, and for a paused link.
    """
    row = await repository.link(work, link_id)
    if row is None or row.state != "enabled":
        raise Unauthenticated("请求的签名不能核实。")
    found = connected(row)
    try:
        nonce, at = verify_request(found.keys, request, headers, system_now())
    except Untrusted as error:
        raise Unauthenticated("请求的签名不能核实。") from error
    if not await repository.accept_once(work, link_id, nonce, at):
        raise Unauthenticated("请求的签名不能核实。")
    return found, nonce


async def forget_nonces(work: Work) -> None:
    """Forget messages that are too old to be accepted again anyway."""
    await work.session.execute(
        delete(LinkNonce).where(repository.own(work, LinkNonce), LinkNonce.signed_at < system_now() - KEEP_NONCES)
    )
