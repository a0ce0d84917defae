"""Tenant isolation: signed tenancy, row-level security on every table, narrow security-definer functions."""

from __future__ import annotations

from alembic import op

from migrations.rls import (
    IN_SCOPE,
    OWN,
    SYSTEM,
    TENANT,
    for_definer,
    guard_file,
    owned,
    policy,
    reference,
    roles,
    secure,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OWN_ROWS = f"organ_id = {TENANT}"
"""Read by the tenant alone, whatever its scope."""
BOTH_SIDES = f"{IN_SCOPE} OR addressee_id = {TENANT}"
ANSWER = f"({IN_SCOPE}) OR issuer_id = {TENANT}"
SHARED = f"shared_with_id IN (SELECT s.organ_id FROM public.scope s WHERE s.viewer_id = {TENANT})"
EVIDENCE = f"{OWN_ROWS} OR {SHARED} OR (owner_kind NOT IN ('reply', 'extension', 'objection') AND {IN_SCOPE})"
"""What a supervised organ prepares for its answer is its own until it is submitted, whoever supervises it."""
TIMELINE = f"{OWN_ROWS} OR ((subject_kind <> 'reply' OR visibility = 'served') AND {IN_SCOPE})"
DRAFT = "instrument_id IN (SELECT i.id FROM public.instrument i WHERE i.state = 'draft')"
NOT_THE_APPLICATION = {
    "guard.verified": "definer",
    "guard.install_key": "owner",
    "guard.settings_changed": "owner",
}
"""Functions that the application's role cannot call."""

IN_SCOPE_TABLES = (
    "post",
    "deadline",
    "deadline_step",
    "matter",
    "handler",
    "recusal",
    "act",
    "remedy",
    "finding",
    "activity",
)
OWN_TABLES = (
    "outbox_message",
    "idempotency_record",
    "number_series",
    "blob_record",
    "person",
    "account",
    "notice",
    "complainant",
    "escalated_item",
    "circular_draft",
)


def upgrade() -> None:
    _guard_schema()
    for table in IN_SCOPE_TABLES:
        owned(table)
    for table in OWN_TABLES:
        owned(table, read=OWN_ROWS)
    _shared_tables()
    for table in ("calendar_day", "reference_version", "demo_clock"):
        reference(table, delete=table == "demo_clock")
    for table in ("organ", "explicit_relation"):
        reference(table, of_city=True)
    reference("scope", read=f"viewer_id = {TENANT} OR {TENANT} = {SYSTEM}", delete=True, of_city=True)
    reference("schedule_fire", read=f"{TENANT} = {SYSTEM}", delete=True)
    secure("web_session")
    secure("login_attempt")
    secure("process_sign")
    _definer_rights()


def _guard_schema() -> None:
    r = roles()
    op.execute(f"CREATE SCHEMA guard AUTHORIZATION {r.owner}")
    op.execute(
        "CREATE TABLE guard.tenancy_key (id int PRIMARY KEY CHECK (id = 1), inner_pad bytea NOT NULL,"
        " outer_pad bytea NOT NULL)"
    )
    secure("guard.tenancy_key")
    op.execute(f"GRANT USAGE ON SCHEMA guard TO {r.app}")
    op.execute(f"GRANT USAGE ON SCHEMA guard TO {r.definer}")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {r.app}, {r.definer}")
    for_definer("guard.tenancy_key", "select", "insert", "update")
    guard_file("guard.sql", NOT_THE_APPLICATION)


def _shared_tables() -> None:
    """Rows with two sides: the owner writes, the other side reads what it is meant to read."""
    _audit_tables()
    # What the system's own jobs could not do is for every system administrator to see.
    owned("dead_letter", read=f"{OWN_ROWS} OR (organ_id = {SYSTEM} AND {TENANT} IS NOT NULL)")
    owned("saved_view", read=OWN_ROWS, delete=True)
    owned("delivery", read=BOTH_SIDES)
    owned("instrument")
    owned("paper", update=False)
    owned("paper_copy", read=BOTH_SIDES)
    owned("requirement")
    # A draft is rewritten; what was submitted or issued keeps every line.
    policy("requirement", "delete", using=f"{OWN} AND {DRAFT}")
    op.execute(f"GRANT DELETE ON requirement TO {roles().app}")
    owned("evidence", read=EVIDENCE)
    owned("timeline_event", read=TIMELINE)
    owned("clue", read=f"({IN_SCOPE}) OR origin_organ_id = {TENANT}")
    owned("reply", read=f"{OWN_ROWS} OR (state NOT IN ('draft', 'in_approval') AND ({ANSWER}))")
    owned("extension", read=ANSWER)
    owned("objection", read=ANSWER)
    owned("government_report", read=f"{OWN_ROWS} OR (state <> 'draft' AND {IN_SCOPE})")
    owned("decision", read=f"({IN_SCOPE}) OR body_id = {TENANT}")
    for table in ("decision_item", "blocked_item"):
        owned(table, read=f"({IN_SCOPE}) OR decision_id IN (SELECT d.id FROM public.decision d)")
    secure("setting_override")
    policy("setting_override", "select", using=f"{TENANT} IS NOT NULL")
    policy("setting_override", "insert", check=OWN)
    policy("setting_override", "update", using=OWN, check=OWN)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON setting_override TO {roles().app}")
    op.execute(
        "CREATE TRIGGER setting_override_version AFTER INSERT OR UPDATE ON setting_override FOR EACH STATEMENT"
        " EXECUTE FUNCTION guard.settings_changed()"
    )
    owned("delegation", read=OWN_ROWS)
    op.execute(
        "CREATE TRIGGER delegation_version AFTER INSERT OR UPDATE ON delegation FOR EACH STATEMENT"
        " EXECUTE FUNCTION guard.settings_changed('delegations')"
    )


def _audit_tables() -> None:
    """Nobody changes or deletes. The system tenancy, which no request has, reads all entries and writes the seals."""
    system = f"{TENANT} = {SYSTEM}"
    secure("audit_entry")
    policy("audit_entry", "select", using=f"{OWN_ROWS} OR {system}")
    # An entry carries its own transaction and the database's time: nobody puts one among those already sealed.
    present = "created_at BETWEEN now() - interval '1 minute' AND clock_timestamp() + interval '1 minute'"
    written = f"{OWN} AND xid = (pg_current_xact_id()::text)::bigint AND {present}"
    policy("audit_entry", "insert", check=written)
    op.execute(f"GRANT SELECT, INSERT ON audit_entry TO {roles().app}")
    owned("audit_keep", read=f"{OWN_ROWS} OR subject_id = {TENANT} OR {system}", update=False)
    for table, read in (
        ("audit_seal", f"{TENANT} IS NOT NULL"),
        ("audit_head", f"{OWN_ROWS} OR {system}"),
        ("audit_check", f"{TENANT} IS NOT NULL"),
    ):
        secure(table)
        policy(table, "select", using=read)
        policy(table, "insert", check=f"{system} AND city_id = (SELECT guard.city())")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {roles().app}")


def _definer_rights() -> None:
    for_definer("audit_head", "select")
    for_definer("web_session", "select", "insert", "update", "delete")
    for_definer("reference_version", "select", "insert", "update")
    for_definer("login_attempt", "select", "insert", "update", "delete")
    for_definer("account", "select", "update")
    for table in ("person", "post", "organ", "scope", "matter", "clue", "instrument", "paper", "circular_draft"):
        for_definer(table, "select")
    # Counts and ages for the status page and the metrics.
    for table in ("audit_entry", "audit_seal", "audit_check", "dead_letter", "schedule_fire"):
        for_definer(table, "select")
    for_definer("process_sign", "select", "insert", "update", "delete")
    op.execute(f"GRANT SELECT ON public.alembic_version TO {roles().definer}")
    for_definer("outbox_message", "select", "insert", "update", "delete")
    for_definer("deadline", "select", "update")
    for_definer("idempotency_record", "select", "update", "delete")
