"""Accountability: cases, what was served of them, defence, answers and reviews (Article 21)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rls import IN_SCOPE, TENANT, for_definer, guard_file, owned

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SERVED = f"({IN_SCOPE}) OR addressee_id = {TENANT}"
ANSWERED = f"({IN_SCOPE}) OR issuer_id = {TENANT}"
REVIEWED = f"({IN_SCOPE}) OR issuer_id = {TENANT} OR decider_id = {TENANT}"


def upgrade() -> None:
    _tables()
    owned("accountability_case")
    owned("accountability_notice", read=SERVED)
    owned("accountability_statement", read=ANSWERED, update=False)
    owned("accountability_answer", read=ANSWERED)
    owned("accountability_review", read=REVIEWED)
    # Whoever draws up a list of commendations learns the last day of a removal from awards, and no more (Art. 6).
    for_definer("accountability_case", "select")
    guard_file("accountability.sql")


def _tables() -> None:
    op.create_table(
        "accountability_answer",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), server_default="", nullable=False),
        sa.Column("document_number", sa.Text(), server_default="", nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("training_hours", sa.Integer(), nullable=True),
        sa.Column("training_until", sa.Date(), nullable=True),
        sa.Column("trained_hours", sa.Integer(), nullable=True),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_name", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("result in ('imposed', 'other', 'refused')", name=op.f("ck_accountability_answer_result")),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id"],
            ["organ.city_id", "organ.id"],
            name=op.f("fk_accountability_answer_city_id_organ_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_accountability_answer")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "notice_id",
            "round",
            name=op.f("uq_accountability_answer_city_id_organ_id_notice_id_round"),
        ),
    )
    op.create_index("ix_accountability_answer_case", "accountability_answer", ["city_id", "case_id"], unique=False)
    op.create_table(
        "accountability_case",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("government_id", sa.Uuid(), nullable=False),
        sa.Column("supervised_id", sa.Uuid(), nullable=False),
        sa.Column("supervised_name", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("relation_article", sa.Text(), nullable=False),
        sa.Column("against", sa.Text(), nullable=False),
        sa.Column("responsibility", sa.Text(), server_default="", nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("person_name", sa.Text(), server_default="", nullable=False),
        sa.Column("person_title", sa.Text(), server_default="", nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("source_label", sa.Text(), server_default="", nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("gravity", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("harm", sa.Text(), nullable=False),
        sa.Column("mitigating", sa.Text(), nullable=False),
        sa.Column("aggravating", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("training_hours", sa.Integer(), nullable=True),
        sa.Column("awards_from", sa.Date(), nullable=True),
        sa.Column("awards_until", sa.Date(), nullable=True),
        sa.Column("awards_lifted_on", sa.Date(), nullable=True),
        sa.Column("rulebook_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_by_name", sa.Text(), nullable=False),
        sa.Column("hearing_wanted", sa.Boolean(), nullable=False),
        sa.Column("hearing_on", sa.Date(), nullable=True),
        sa.Column("hearing_note", sa.Text(), server_default="", nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("decision_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("defence_answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decision_number", sa.Text(), server_default="", nullable=False),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("review_until", sa.Date(), nullable=True),
        sa.Column("referred", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_note", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("against in ('organ', 'person')", name=op.f("ck_accountability_case_against")),
        sa.CheckConstraint(
            "state in ('proposed', 'notified', 'decided', 'served', 'carried_out', 'closed', 'dropped', 'not_upheld', 'set_aside')",
            name=op.f("ck_accountability_case_state"),
        ),
        sa.CheckConstraint(
            "(awards_from is null) = (awards_until is null)", name=op.f("ck_accountability_case_awards")
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id"], ["organ.city_id", "organ.id"], name=op.f("fk_accountability_case_city_id_organ_id")
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_accountability_case")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_accountability_case_city_id_organ_id_id")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "year", "seq", name=op.f("uq_accountability_case_city_id_organ_id_year_seq")
        ),
    )
    op.create_index(
        "ix_accountability_case_awards",
        "accountability_case",
        ["city_id", "supervised_id", "awards_until"],
        unique=False,
        postgresql_where=sa.text("awards_until is not null"),
    )
    op.create_index(
        "ix_accountability_case_list", "accountability_case", ["city_id", "organ_id", "id", "state"], unique=False
    )
    op.create_index(
        "ix_accountability_case_live",
        "accountability_case",
        ["city_id", "organ_id", "id", "state"],
        unique=False,
        postgresql_where=sa.text("state in ('proposed', 'notified', 'decided', 'served', 'carried_out')"),
    )
    op.create_index("ix_accountability_case_matter", "accountability_case", ["city_id", "matter_id"], unique=False)
    op.create_index(
        "uq_accountability_case_source",
        "accountability_case",
        ["city_id", "source_id", "organ_id"],
        unique=True,
        postgresql_where=sa.text("automatic"),
    )
    op.create_table(
        "accountability_review",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("decider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_by_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("decision_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind in ('review', 'appeal')", name=op.f("ck_accountability_review_kind")),
        sa.CheckConstraint(
            "state in ('requested', 'upheld', 'changed', 'set_aside')", name=op.f("ck_accountability_review_state")
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id"],
            ["organ.city_id", "organ.id"],
            name=op.f("fk_accountability_review_city_id_organ_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_accountability_review")),
        sa.UniqueConstraint(
            "city_id",
            "organ_id",
            "case_id",
            "kind",
            name=op.f("uq_accountability_review_city_id_organ_id_case_id_kind"),
        ),
    )
    op.create_index("ix_accountability_review_case", "accountability_review", ["city_id", "case_id"], unique=False)
    op.create_index(
        "ix_accountability_review_decider",
        "accountability_review",
        ["city_id", "decider_id", "state", "requested_at", "id"],
        unique=False,
    )
    op.create_table(
        "accountability_statement",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("wants_hearing", sa.Boolean(), nullable=False),
        sa.Column("hearing_on", sa.Date(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.Uuid(), nullable=True),
        sa.Column("stated_by_name", sa.Text(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id"],
            ["organ.city_id", "organ.id"],
            name=op.f("fk_accountability_statement_city_id_organ_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_accountability_statement")),
        sa.UniqueConstraint(
            "city_id", "organ_id", "notice_id", name=op.f("uq_accountability_statement_city_id_organ_id_notice_id")
        ),
    )
    op.create_index(
        "ix_accountability_statement_case", "accountability_statement", ["city_id", "case_id"], unique=False
    )
    op.create_table(
        "accountability_notice",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("addressee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_name", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("copy_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("against", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("defence_answer", sa.Text(), server_default="", nullable=False),
        sa.Column("word_sha256", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Text(), server_default="", nullable=False),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("served_how", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("over", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "kind in ('notice', 'proposal', 'decision', 'review')", name=op.f("ck_accountability_notice_kind")
        ),
        sa.ForeignKeyConstraint(
            ["city_id", "organ_id", "case_id"],
            ["accountability_case.city_id", "accountability_case.organ_id", "accountability_case.id"],
            name=op.f("fk_accountability_notice_city_id_organ_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("city_id", "id", name=op.f("pk_accountability_notice")),
        sa.UniqueConstraint("city_id", "organ_id", "id", name=op.f("uq_accountability_notice_city_id_organ_id_id")),
    )
    op.create_index(
        "ix_accountability_notice_addressee",
        "accountability_notice",
        ["city_id", "addressee_id", "id", "person_id"],
        unique=False,
    )
    op.create_index("ix_accountability_notice_case", "accountability_notice", ["city_id", "case_id"], unique=False)
    op.create_index("ix_accountability_notice_paper", "accountability_notice", ["city_id", "paper_id"], unique=False)
