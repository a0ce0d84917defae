"""What the organ may change in its rule book, for API clients."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from supervision.deadlines import adjusting
from supervision.deadlines.adjusting import Adjustable
from web.api.shapes import Body, Code, Number, command, read
from web.turns import Req, reading, turn

TAGS = ["规则"]


class RuleEntry(msgspec.Struct, frozen=True):
    """An entry that the organ may change. `kind`: deadline, limit or due_day; the unit of a limit is `times`, that of a
    due day `day-31`, its amount the month."""

    key: str
    kind: str
    name: str
    article: str
    original: str
    present: str
    amount: int
    unit: str
    changed: bool


class RuleChange(Body, frozen=True, kw_only=True):
    """The value that holds from today on, and why."""

    amount: Number
    unit: Code = "times"
    reason: Annotated[str, msgspec.Meta(min_length=5, max_length=500)]


def _entry(row: Adjustable) -> RuleEntry:
    return RuleEntry(
        row.key, row.kind, row.name, row.article, row.original, row.present, row.amount, row.unit, row.changed
    )


@read("/rulebook/entries", "listRuleEntries", "本单位可以调整的规则", TAGS)
async def list_entries(request: Req) -> list[RuleEntry]:
    async with reading(request) as work:
        return [_entry(row) for row in await adjusting.adjustable(work)]


@command("/rulebook/entries/{key:str}", "adjustRule", "调整规则", TAGS, RuleEntry)
async def adjust(request: Req, key: FromPath[str], data: JSONBody[RuleChange]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(_entry(await adjusting.adjust(t.work, key, data.amount, data.unit, data.reason)))


ROUTES = [list_entries, adjust]
