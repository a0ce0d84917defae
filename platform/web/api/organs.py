"""Organs and supervision relations for API clients."""

from __future__ import annotations

import base64
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter

from kernel.errors import Invalid
from policy.articles import display
from supervision.matters.views import Page
from tenants.access import Target, authorize
from tenants.organs.codes import KINDS, LEVELS
from tenants.organs.directory import Directory, directory_on
from tenants.organs.models import Organ
from web import organ_pages
from web.api.shapes import Limit, Words, read
from web.turns import Req, reading

TAGS = ["单位"]


class OrganItem(msgspec.Struct, frozen=True):
    """An organ in a list. `kind` and `level` are words of the register, `*_label` their Chinese names."""

    id: UUID
    name: str
    short_name: str
    kind: str
    kind_label: str
    level: str
    level_label: str
    parent_id: UUID | None
    uscc: str | None
    is_supervision_body: bool


class OrganDetail(msgspec.Struct, frozen=True):
    """One organ with its path from the root, its history and its codes."""

    id: UUID
    name: str
    short_name: str
    kind: str
    kind_label: str
    level: str
    level_label: str
    leadership: str
    parent_id: UUID | None
    path: list[str]
    uscc: str | None
    division_code: str | None
    code_system: str | None
    business_lines: list[str]
    is_supervision_body: bool
    established_on: date | None
    ended_on: date | None
    successor_id: UUID | None
    former_names: list[str]


class Power(msgspec.Struct, frozen=True):
    """`answer`: yes, limited or no; `text` says which."""

    answer: str
    text: str
    note: str


class SupervisorItem(msgspec.Struct, frozen=True):
    """One supervisor of the organ: relation, article, scope, and what it may issue and decide."""

    organ_id: UUID
    name: str
    relation: str
    article: str
    article_display: str
    scope: str
    reason: str
    urging_letter: Power
    opinion: Power
    decision: Power


class NoSupervisor(msgspec.Struct, frozen=True):
    """Somebody who is often taken for a supervisor and is none."""

    organ_id: UUID
    name: str
    article: str
    reason: str


class SupervisedItem(msgspec.Struct, frozen=True):
    organ_id: UUID
    name: str
    relation: str
    article: str
    scope: str


class Relations(msgspec.Struct, frozen=True):
    """Who may supervise the organ and whom it may supervise, on the day."""

    on: date
    supervisors: list[SupervisorItem]
    supervised: list[SupervisedItem]
    not_supervisors: list[NoSupervisor]


def _item(organ: Organ) -> OrganItem:
    return OrganItem(
        organ.id,
        organ.name,
        organ.short_name,
        organ.kind,
        KINDS[organ.kind],
        organ.level,
        LEVELS.get(organ.level, organ.level),
        organ.parent_id,
        organ.uscc,
        organ.is_supervision_body,
    )


def _cursor(organ: Organ) -> str:
    return base64.urlsafe_b64encode(organ.key.encode()).decode().rstrip("=")


def _key(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        raise Invalid("翻页标识不正确，请从第一页开始。", field="after") from None


@read(
    "/organs",
    "listOrgans",
    "单位名录",
    TAGS,
    description="按名称、简称、统一社会信用代码查找，或者列出某一单位的下级。以 next 作为下一页的 after。",
)
async def list_organs(
    request: Req,
    *,
    q: Words = "",
    parent: FromQuery[UUID | None] = None,
    on: FromQuery[date | None] = None,
    after: Annotated[str | None, QueryParameter(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[OrganItem]:
    async with reading(request) as work:
        await authorize(work, "organ", "list", Target())
        tree = await directory_on(work, on or work.today)
    found = _matching(tree, q, parent)
    if after is not None:
        last = _key(after)
        found = [organ for organ in found if organ.key > last]
    chosen = found[:limit]
    return Page([_item(o) for o in chosen], _cursor(chosen[-1]) if len(found) > limit else None)


def _matching(tree: Directory, q: str, parent: UUID | None) -> list[Organ]:
    living = [o for o in tree.organs.values() if tree.facts[o.id].alive_on(tree.on)]
    if parent is not None:
        living = tree.children(tree.get(parent).id)
    if q:
        hits = {o.id for o in tree.search(q, len(tree.organs))}
        living = [o for o in living if o.id in hits]
    return sorted(living, key=lambda o: o.key)


@read("/organs/{organ_id:uuid}", "getOrgan", "单位", TAGS)
async def get_organ(request: Req, organ_id: FromPath[UUID], on: FromQuery[date | None] = None) -> OrganDetail:
    async with reading(request) as work:
        tree = await directory_on(work, on or work.today)
        organ = tree.get(organ_id)
        await authorize(work, "organ", "read", Target(supervised_id=organ_id))
    return OrganDetail(
        organ.id,
        organ.name,
        organ.short_name,
        organ.kind,
        KINDS[organ.kind],
        organ.level,
        LEVELS.get(organ.level, organ.level),
        organ.leadership,
        organ.parent_id,
        [o.name for o in tree.path(organ_id)],
        organ.uscc,
        organ.division_code,
        organ.code_system,
        list(organ.business_lines),
        organ.is_supervision_body,
        organ.established_on,
        organ.ended_on,
        organ.successor_id,
        list(organ.former_names),
    )


@read(
    "/organs/{organ_id:uuid}/relations",
    "getRelations",
    "监督关系",
    TAGS,
    description="谁可以监督该单位、到什么范围、依据哪一条，以及该单位可以监督谁。",
)
async def get_relations(request: Req, organ_id: FromPath[UUID], on: FromQuery[date | None] = None) -> Relations:
    async with reading(request) as work:
        tree = await directory_on(work, on or work.today)
        tree.get(organ_id)
        await authorize(work, "relation", "read", Target(supervised_id=organ_id))
    return Relations(
        tree.on,
        [_supervisor(row) for row in organ_pages.supervisor_rows(tree, organ_id)],
        [
            SupervisedItem(row["id"], row["name"], row["kind"], row["article"], row["scope"])
            for row in organ_pages.supervised_rows(tree, organ_id)
        ],
        [
            NoSupervisor(row["id"], row["name"], row["article"], row["reason"])
            for row in organ_pages.not_supervisors(tree, organ_id)
        ],
    )


def _supervisor(row: dict[str, Any]) -> SupervisorItem:
    return SupervisorItem(
        row["id"],
        row["name"],
        row["kind"],
        row["article"],
        display(row["article"]),
        row["scope"],
        row["reason"],
        Power(**row["letter"]),
        Power(**row["opinion"]),
        Power(**row["decision"]),
    )


ROUTES = [list_organs, get_organ, get_relations]
