"""Whose own rectification it is: of another organ the whole organ, inside one organ persons and units (Arts. 5, 12)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from uuid import UUID

from kernel.work import Work
from supervision.matters.models import Finding, Matter
from tenants.staff import repository as staff
from tenants.staff.models import Post

_BETWEEN = re.compile(r"[\s、，,；;。：:（）()/]+")


def named(words: str, name: str) -> bool:
    """Whether a unit or person of this name is among those that a finding names: 执法大队彭程 names both."""
    return bool(name) and any(part == name or part.startswith(name) or part.endswith(name) for part in _parts(words))


def _parts(words: str) -> list[str]:
    return [part for part in _BETWEEN.split(words) if part]


def responsible_in(posts: Iterable[Post], findings: Iterable[Finding], writers: Collection[UUID]) -> frozenset[UUID]:
    """Persons of an organ who may not verify: those whom a finding names, their units, and `writers` of the report.

    A unit is responsible when the finding names it or one of its members. A finding that was dropped names nobody.
    """
    words = [finding.officers for finding in findings if finding.officers and finding.state != "dropped"]
    held = list(posts)
    directly = [post for post in held if any(named(text, post.person_name) for text in words)]
    units = {post.unit for post in directly if post.unit}
    units |= {post.unit for post in held if any(named(text, post.unit) for text in words)}
    return frozenset(
        {post.person_id for post in directly} | {post.person_id for post in held if post.unit in units} | set(writers)
    )


async def responsible(
    work: Work, matter: Matter, findings: Collection[Finding], writers: Collection[UUID]
) -> frozenset[UUID]:
    """The responsible persons of an internal matter; nobody by person where the supervised organ is another one."""
    if matter.relation != "internal":
        return frozenset()
    posts = await staff.posts_in(work, matter.supervised_id) if any(f.officers for f in findings) else []
    return responsible_in(posts, findings, writers)


def owns(work: Work, matter: Matter, persons: Collection[UUID]) -> bool:
    """Whether the actor stands on the side that has to rectify; the system stands on none inside an organ."""
    if matter.relation == "internal":
        return work.actor is not None and work.actor.person_id in persons
    return (work.actor.organ_id if work.actor else work.organ_id) == matter.supervised_id
