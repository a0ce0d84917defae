"""The two-year bar is kept by the database: triggers for every role, one lock for each person (Art. 21)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rls import IN_SCOPE, TENANT, for_definer, guard_file, policy

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OWNER = (
    "guard.certificate_barred",
    "guard.application_barred",
    "guard.bar_kept",
    "guard.bar_begins",
    "guard.bar_undone",
)
"""Functions of triggers, which only the owner of the tables puts on them."""
HOLDER = ["city_id", "organ_id", "citizen_hash", "officer_id"]
OFFICER = ["city_id", "organ_id", "citizen_hash", "id"]


def upgrade() -> None:
    _columns()
    for_definer("qualification_bar", "select", "update")
    for_definer("certificate", "select", "update")
    for_definer("licence_application", "select", "update")
    # A vertical body is in no county's read scope, but applies where it lies: its application and the certificate that
    # came of it are read by the department that decides and issues.
    for table, side in (("licence_application", "department_id"), ("certificate", "issuer_id")):
        op.execute(f"DROP POLICY {table}_select ON {table}")
        policy(table, "select", using=f"({IN_SCOPE}) OR {side} = {TENANT}")
    guard_file("licensing.sql", {"guard.bar_over": "definer"} | dict.fromkeys(OWNER, "owner"))
    _triggers()


def _columns() -> None:
    op.add_column("certificate", sa.Column("status_before", sa.Text(), server_default="", nullable=False))
    op.add_column("certificate", sa.Column("suspended_before", sa.Date(), nullable=True))
    op.add_column("certificate", sa.Column("barred_until", sa.Date(), nullable=True))
    # The number 2 of the rule book, which no tenant changes; PostgreSQL too ends 29 February + 2 years on the 28th.
    op.create_check_constraint(
        "two_years", "qualification_bar", "barred_until = (effective_on + interval '2 years')::date"
    )
    # A certificate or an application is of the person of its file. An identity that was mistyped can be put right as
    # long as no certificate hangs on it; applications follow it, and are asked about the bar anew.
    op.create_unique_constraint("uq_officer_city_id_organ_id_citizen_hash_id", "officer", OFFICER)
    for table, how in (("certificate", None), ("licence_application", "CASCADE")):
        op.drop_constraint(f"fk_{table}_city_id_organ_id_officer_id", table)
        op.create_foreign_key(
            f"fk_{table}_city_id_organ_id_citizen_hash_officer_id", table, "officer", HOLDER, OFFICER, onupdate=how
        )
    # Its rows are only ever counted up, in place.
    op.execute("ALTER TABLE qualification SET (fillfactor = 60)")
    for name, organ in (("list", "organ_id"), ("desk", "department_id")):
        op.create_index(f"ix_licence_application_{name}", "licence_application", ["city_id", organ, "id", "state"])
    op.create_index("ix_licence_application_person", "licence_application", ["city_id", "organ_id", "officer_id"])
    op.create_index(
        "ix_certificate_suspended",
        "certificate",
        ["city_id", "suspended_until"],
        postgresql_where=sa.text("status = 'suspended'"),
    )


def _triggers() -> None:
    for name, table, when, function in (
        ("certificate_barred", "certificate", "NEW.status IN ('valid', 'suspended')", "certificate_barred"),
        (
            "application_barred",
            "licence_application",
            "NEW.state IN ('applied', 'checked', 'approved', 'issued')",
            "application_barred",
        ),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW WHEN ({when})"
            f" EXECUTE FUNCTION guard.{function}()"
        )
    for name, when, each in (
        ("bar_kept", "BEFORE INSERT OR UPDATE OR DELETE", "ROW"),
        ("bar_not_truncated", "BEFORE TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} {when} ON qualification_bar FOR EACH {each} EXECUTE FUNCTION guard.bar_kept()"
        )
    op.execute(
        "CREATE TRIGGER bar_begins AFTER INSERT ON qualification_bar FOR EACH ROW EXECUTE FUNCTION guard.bar_begins()"
    )
    op.execute(
        "CREATE TRIGGER bar_undone AFTER UPDATE ON qualification_bar FOR EACH ROW"
        " WHEN (OLD.lifted_kind <> 'set_aside' AND NEW.lifted_kind = 'set_aside')"
        " EXECUTE FUNCTION guard.bar_undone()"
    )
