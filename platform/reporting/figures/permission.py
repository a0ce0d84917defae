"""Who reads an organ's figures: its own tree and line, by the roles that policy names (Arts. 2, 4, 5, 11(5))."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import NotFound
from kernel.ids import NIL
from kernel.work import Work
from reporting.figures import rules
from tenants.access import Target, authorize, relations
from tenants.organs.directory import Directory, directory


async def permit(work: Work, organ_id: UUID, action: str = "read") -> Directory:
    """The tree, when the work's organ and actor may read (or export) the figures of an organ.

    Raises NotFound outside the reader's tree and line, Denied for a role that reads no figures. The system reads all.
    """
    tree = await directory(work)
    tree.get(organ_id)
    if work.actor is None and work.organ_id == NIL:
        return tree
    viewer = work.actor.organ_id if work.actor else work.organ_id
    if not rules.reads(tree.supervision, viewer, organ_id):
        raise NotFound
    # Deep in a tree or a line no relation of Article 2 may be left: the figures are then a part of the reader's own.
    choices = (Target(owner_id=organ_id), Target(supervised_id=organ_id), Target(owner_id=viewer))
    target = next(t for t in choices if relations(tree, viewer, t) != ["none"])
    await authorize(work, "statistics", action, target)
    return tree
