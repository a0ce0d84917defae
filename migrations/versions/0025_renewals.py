"""Rule models judge a certificate by the renewal that was on its way on the day of the act (Art. 10(4))."""

from __future__ import annotations

from alembic import op

from migrations.rls import guard_file, roles

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"SET LOCAL ROLE {roles().definer}")
    op.execute("DROP FUNCTION guard.certificates_held(uuid[])")
    op.execute(f"SET LOCAL ROLE {roles().owner}")
    guard_file("checks.sql")
