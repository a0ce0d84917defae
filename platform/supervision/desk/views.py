"""What a person finds on the desk, in the bell and in the list of deadlines."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from supervision.deadlines.chips import Chip
from supervision.deadlines.views import DeadlineView


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One key number; `href` shows exactly what was counted. `tone`: overdue, today or empty."""

    key: str
    label: str
    value: int
    href: str
    tone: str = ""


class TodoItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. `deadline` explains its day; the button leads to the act that the law asks for next."""

    id: UUID
    title: str
    href: str
    organ: str
    number: str
    stage: str
    stage_label: str
    due_on: date | None
    date_text: str
    chip: Chip | None
    deadline: DeadlineView | None
    action: str
    action_href: str
    asked: bool = False
    """Whether the law asks for the act, or it is only a look."""


class TodoGroup(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    label: str
    tone: str
    items: list[TodoItem]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for the person's own decision."""

    kind: str
    label: str
    title: str
    organ: str
    note: str
    href: str
    article: str
    since: datetime


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    value: int
    href: str


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """The clues that wait to be accepted, by source, and how many of them wait too long."""

    waiting: int
    bars: list[Bar]
    late: int
    first_on: date | None
    unfinished: int
    """Accepted clues whose time to complete is over."""


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """Matters opened and closed in each of the last six months, this one included."""

    labels: list[str]
    opened: list[int]
    closed: list[int]
    sentence: str


class DeskView(msgspec.Struct, frozen=True, kw_only=True):
    """The desk of one post. `kind`: casework, government, supervised, office or plain."""

    kind: str
    figures: list[Figure]
    groups: list[TodoGroup]
    heading: str = "待办"
    total: int = 0
    total_href: str = ""
    scope: str = "all"
    """Of casework: mine (handled by the person) or all."""
    waiting: list[Waiting] = []
    waiting_heading: str = ""
    pool: Pool | None = None
    trend: Trend | None = None


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the bell."""

    id: UUID
    kind: str
    title: str
    body: str
    link: str
    article: str
    at: datetime
    today: bool
    read: bool
    date_text: str
    """The end that it speaks of, as it was when the line was written."""


class NoticePage(msgspec.Struct, frozen=True, kw_only=True):
    rows: list[NoticeView]
    after: str = ""


class RunningView(msgspec.Struct, frozen=True, kw_only=True):
    """A running deadline of the organ: of what, whom it binds, and whether a reminder can be sent."""

    deadline: DeadlineView
    title: str
    number: str
    href: str
    bound: str
    own: bool
    """It binds the organ itself."""
    can_urge: bool
    urged_at: datetime | None


class RunningPage(msgspec.Struct, frozen=True, kw_only=True):
    rows: list[RunningView]
    after: str = ""
