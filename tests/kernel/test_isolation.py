"""Tenant isolation inside the kernel. The catalogue, the drills and the oracle are in tests/isolation."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from kernel.work import open_work
from reporting.figures.sources import SOURCES
from tests.world import World

DEFINERS = {
    "application_barred", "audit_siblings", "bar_begins", "bar_kept", "bar_over", "bar_undone", "bar_until",
    "barred_files", "bars_run_out", "certificate_barred", "city", "due_deadlines", "hand_over_deadlines",
    "idempotency_sweep", "install_key", "login_clear", "login_count", "login_locked", "login_lookup", "login_refund",
    "login_succeeded", "login_sweep", "monthly_organs", "outbox_claim", "outbox_count", "outbox_prune",
    "outbox_reclaim", "outbox_state", "pending_applications", "posts_of", "process_gone", "process_sign",
    "process_signs", "register_organs", "schema_revision", "search_clues", "search_matters", "search_reach",
    "search_records",
    "session_delete", "session_delete_account", "session_identity", "session_read", "session_renew", "session_sweep",
    "session_write", "settings_changed", "suspensions_over", "system_state", "tenant", "verified", "verify_document",
    "commendation_published", "commendations_published", "conduct_answer", "conduct_due", "referrals_due",
    "public_paper", "public_papers",
    "figure_fold", "figure_kept", "figure_relink", "figure_repair", "figure_totals",
    *(f"figure_{source}_{part}" for source in SOURCES for part in ("changed", "facts")),
    "removed_from_awards", "link_organ", "links_enabled",
}  # fmt: skip
"""Every security-definer function there may be. A new one is added here on purpose or not at all."""


@pytest.mark.parametrize(
    "statement",
    [
        "select * from guard.tenancy_key",
        "select guard.verified()",
        "select guard.install_key('', '')",
        "select * from web_session",
        "select * from login_attempt",
        "delete from login_attempt",
        "update audit_entry set title = ''",
        "delete from audit_entry",
        "delete from matter",
        "truncate audit_entry",
        "set role zhunsheng_test_owner",
        "set role zhunsheng_test_definer",
        "alter table account disable row level security",
        "drop policy account_select on account",
        "create function guard.tenant() returns uuid language sql as 'select null::uuid'",
    ],
)
async def test_the_application_cannot(world: World, statement: str) -> None:
    with pytest.raises(ProgrammingError):
        async with world.work("建安区司法局") as work:
            await work.session.execute(text(statement))


async def test_acting_as_another_organ_is_undone_at_its_end(world: World) -> None:
    other = await world.organ("禹州市司法局")
    async with world.work("建安区司法局") as work:
        here = work.organ_id
        async with work.acting_as(other):
            work.record("test", "test", None, title="试")
        work.record("test", "test", None, title="试")
        await work.session.flush()
        assert await work.session.scalar(text("select guard.tenant()")) == here
        mine = await work.session.scalar(text("select count(*) from audit_entry where action = 'test'"))
    async with open_work(world.database, city_id=world.city_id, organ_id=other) as work:
        theirs = await work.session.scalar(text("select count(*) from audit_entry where action = 'test'"))
    assert (mine, theirs) == (1, 1)
