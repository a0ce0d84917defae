"""Enforcement acts counted by the rules of the yearly statistics (Art. 11(5))."""

from __future__ import annotations

from migrations.figures import source

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    source("enforcement_record")
