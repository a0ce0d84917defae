"""What a post keeps for itself: its saved views of the list of matters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from kernel.db import TenantRow


class SavedView(TenantRow):
    """A filter of the list of matters under a name, for one post."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("city_id", "organ_id", "post_id", "name"),)

    post_id: Mapped[UUID]
    name: Mapped[str]
    filter: Mapped[dict[str, Any]]
    """A MatterFilter as it is written in JSON."""
