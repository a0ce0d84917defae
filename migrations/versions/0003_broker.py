"""The default broker's tables, and the bell that wakes the relay.

The queue carries ids of outbox rows and nothing else, so it needs no tenancy: what a message is about is read
under row-level security by the worker.
"""

from __future__ import annotations

from alembic import op
from dramatiq_postgres.schema import generate_init_sql

from migrations.rls import roles

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    app = roles().app
    op.get_bind().exec_driver_sql(generate_init_sql("dramatiq").replace("%", "%%"))
    op.execute(f"GRANT USAGE ON SCHEMA dramatiq TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA dramatiq TO {app}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA dramatiq TO {app}")
    op.execute(
        "CREATE FUNCTION guard.ring() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS"
        " $$ BEGIN PERFORM pg_notify('zs_outbox', ''); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER outbox_message_bell AFTER INSERT ON outbox_message FOR EACH STATEMENT"
        " EXECUTE FUNCTION guard.ring()"
    )
