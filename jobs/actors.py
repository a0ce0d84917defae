"""The actors. Each is a few lines: take the payload, call one service.

Services are imported when their first job comes: the relay loads this module for the actors' names alone.
"""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

import structlog
from sqlalchemy import text

from jobs.runtime import job
from kernel import settings
from kernel.work import Work

log = structlog.get_logger()
FORGET_AT_ONCE = 5_000


@job("sweep_deadlines", queue="deadlines")
async def sweep_deadlines(work: Work) -> None:
    """Hand every deadline around which a step is due to a job of its own (Articles 19, 20)."""
    from supervision.escalation import service as escalation

    handed = await escalation.sweep(work)
    if handed:
        log.info("deadlines handed over", number=handed)


@job("deadline_step", queue="deadlines", together=25)
async def deadline_step(work: Work, deadline_id: str) -> None:
    """Take the due steps of one deadline, each once; what keeps failing becomes a dead letter (Articles 19, 20)."""
    from supervision.escalation import service as escalation

    await escalation.take_due_steps(work, UUID(deadline_id))


@job("draft_circulars", queue="deadlines")
async def draft_circulars(work: Work) -> None:
    """Draft the month's circular of organs with overdue items (Article 11(8)), once for each supervision body."""
    from supervision.escalation import service as escalation

    await escalation.draft_circulars(work)


@job("open_returns")
async def open_returns(work: Work) -> None:
    """Have the returns of the periods that are over opened, one job for each supervision body (Article 11(5))."""
    from reporting.returns import service as returns

    await returns.open_all(work)


@job("open_returns_below")
async def open_returns_below(work: Work, body_id: str) -> None:
    """Open what the organs below one supervision body owe, each once (Article 11(5))."""
    from reporting.returns import service as returns

    await returns.open_below(work, UUID(body_id))


@job("remind_returns", queue="deadlines")
async def remind_returns(work: Work) -> None:
    """Remind of returns around their due day, one job for each supervision body (Article 11(7))."""
    from reporting.returns import service as returns

    await returns.remind_all(work)


@job("remind_returns_below", queue="deadlines")
async def remind_returns_below(work: Work, body_id: str) -> None:
    """Take the reminders that are due below one body, each once; draft the circular (Articles 11(7), 11(8))."""
    from reporting.returns import service as returns

    taken = await returns.remind_below(work, UUID(body_id))
    if taken:
        log.info("returns reminded of", number=len(taken))


@job("accountability_step", queue="deadlines")
async def accountability_step(work: Work, deadline_id: str, step: str) -> None:
    """What is due around a limit of an accountability case (Article 21)."""
    from supervision.accountability import service as accountability

    await accountability.due(work, UUID(deadline_id), step)


@job("open_accountability")
async def open_accountability(work: Work, origin: str, source_id: str) -> None:
    """Draft a case when an instrument was not obeyed or a decision not executed (Article 21(10), (11)), once."""
    from supervision.accountability import service as accountability

    await accountability.draft_from(work, origin, UUID(source_id))


@job("proof_of_service")
async def proof_of_service(work: Work, delivery_id: str) -> None:
    """Make the 送达回证 of what was served, once (Article 19)."""
    from supervision.instruments import service as instruments

    await instruments.prove_service(work, UUID(delivery_id))


@job("lift_bars")
async def lift_bars(work: Work) -> None:
    """Note the bars that ran out and tell the persons' organs (Article 21)."""
    from supervision.licensing import service as licensing

    lifted = await licensing.lift_bars(work)
    if lifted:
        log.info("bars ran out", number=lifted)


@job("recheck_applications")
async def recheck_applications(work: Work, after: str) -> None:
    """Look again at the applications for certificates that wait for a decision (Articles 10(4), 21)."""
    from supervision.licensing import service as licensing

    await licensing.recheck_applications(work, UUID(after))


@job("end_suspensions")
async def end_suspensions(work: Work) -> None:
    """End the withholdings of certificates whose last day is over (Article 10(4))."""
    from supervision.licensing import service as licensing

    await licensing.end_suspensions(work)


@job("take_records", queue="imports")
async def take_records(work: Work, import_id: str) -> None:
    """Take the next part of a file of enforcement records; the position commits with it (Article 11(5))."""
    from supervision.records import service as records

    await records.continue_import(work, UUID(import_id))


@job("forget_import_file", queue="imports")
async def forget_import_file(work: Work, import_id: str) -> None:
    """Remove the file of an import that has ended: what it says of persons is sealed in the register alone."""
    from supervision.records import service as records

    await asyncio.to_thread(records.forget_file, UUID(import_id))


@job("check_records", queue="imports")
async def check_records(work: Work, import_id: str) -> None:
    """Run the rule models over what an import brought of one organ (Articles 10(5)-(7), 11(5))."""
    from supervision.checks import service as checks

    await checks.check_records(work, UUID(import_id))


@job("check_stock", queue="imports")
async def check_stock(work: Work) -> None:
    """Have every supervision body run its rule models over its stock (Article 11(5))."""
    from supervision.checks import service as checks

    log.info("rule models handed over", bodies=await checks.check_stock(work))


@job("check_body", queue="imports")
async def check_body(work: Work, body_id: str) -> None:
    """Run every rule model over the stock of one body, outliers included (Articles 10(7), 11(5))."""
    from supervision.checks import service as checks

    log.info("rule models run", hits=await checks.check_body(work, UUID(body_id)))


@job("index_records", queue="imports")
async def index_records(work: Work, import_id: str, after: str) -> None:
    """Write the words by which the next records of an import are found (Article 17)."""
    from supervision.records import service as records

    await records.index_part(work, UUID(import_id), UUID(after))


@job("seal_referral")
async def seal_referral(work: Work, referral_id: str, round_no: int) -> None:
    """Build the sealed archive of a referral from its manifest, once (Articles 18, 21)."""
    from supervision.referrals import service as referrals

    await referrals.seal(work, UUID(referral_id), round_no)


@job("open_referral")
async def open_referral(work: Work, kind: str, origin: str, source_id: str, matter_id: str | None = None) -> None:
    """Open the draft of a referral that another part decided on, once for each source (Articles 18, 21)."""
    from supervision.referrals import service as referrals

    matter = UUID(matter_id) if matter_id else None
    command = referrals.OpenReferral(kind=kind, origin=origin, source_id=UUID(source_id), matter_id=matter)
    await referrals.open_draft(work, command)


@job("watch_referrals", queue="deadlines")
async def watch_referrals(work: Work) -> None:
    """Tell the named few of limits of referrals that have come to their end (Articles 18, 21)."""
    from supervision.referrals import service as referrals

    await referrals.sweep(work)


@job("watch_conduct", queue="deadlines")
async def watch_conduct(work: Work) -> None:
    """Tell the examining leaders of limits of complaints about supervisors that have come (Article 23)."""
    from supervision.conduct import service as conduct

    await conduct.sweep(work)


@job("end_sessions")
async def end_sessions(work: Work) -> None:
    """Remove sessions that have run out, and counts of log-in tries that say nothing any more."""
    await work.session.execute(text("select guard.session_sweep()"))
    await work.session.execute(text("select guard.login_sweep(86400)"))


@job("forget_answers")
async def forget_answers(work: Work) -> None:
    """Remove the answers that were kept for a day under their Idempotency-Key, a batch in each transaction."""
    gone = await work.session.scalar(text("select guard.idempotency_sweep(:most)"), {"most": FORGET_AT_ONCE})
    if gone == FORGET_AT_ONCE:
        work.enqueue("forget_answers", {})


@job("refresh_scope")
async def refresh_scope(work: Work) -> None:
    """Derive the read scope for the new day: a merger recorded ahead takes effect on its day (Articles 2, 5)."""
    from tenants.organs import service as organs

    await organs.rebuild_scope(work)


@job("fold_figures", queue="figures")
async def fold_figures(work: Work) -> None:
    """Follow the tree of organs and merge what records added to figures into the counters (Article 11(5))."""
    from reporting.figures import service as figures

    await figures.fold(work)


@job("recount_figures", queue="figures")
async def recount_figures(work: Work) -> None:
    """Prove all figures against the records; a difference is an alarm (Article 11(5))."""
    from reporting.figures import service as figures

    wrong = await figures.recount(work)
    if wrong:
        log.error("figures do not agree with the records", cells=len(wrong))


@job("weekly_briefs", queue="figures")
async def weekly_briefs(work: Work) -> None:
    """Tell those who lead that the brief of the week is drafted, each once (Articles 4, 5, 11(5))."""
    from reporting.leader import service as leader

    log.info("weekly briefs drafted", lines=await leader.weekly_briefs(work))


@job("recalculate_deadlines", queue="deadlines")
async def recalculate_deadlines(work: Work, first: str, last: str) -> None:
    """Count again what rests on days from `first` to `last` (ISO dates): their official notice has come."""
    from supervision.instruments import service as instruments

    moved = await instruments.recount(work, date.fromisoformat(first), date.fromisoformat(last))
    log.info("deadlines computed again", moved=moved)


@job("keep_audit_heads")
async def keep_audit_heads(work: Work) -> None:
    """Let each level countersign and keep the audit heads of the level below, and write the city's own outside."""
    from kernel.sealing import keeping
    from kernel.sealing.keys import KEY_NAME
    from tenants.organs.directory import directory

    known = settings.load()
    tree = await directory(work)
    tops = [organ.id for organ in tree.children(None)]
    above = {organ.id: organ.parent_id for organ in tree.organs.values() if organ.parent_id is not None}
    if tops:
        # What the system did by itself belongs to no organ: the city keeps it.
        above[work.organ_id] = tops[0]
        secret = known.secret(KEY_NAME)
        await keeping.countersign(work, above, secret)
        await keeping.write_outside(work, tops[0], known.audit_path, secret)


@job("check_audit")
async def check_audit(work: Work) -> None:
    """Verify the whole trail; the result is on the audit administrators' page and in the log."""
    from kernel.sealing import keeping, online
    from kernel.sealing.keys import KEY_NAME
    from kernel.sealing.rows import Access

    known = settings.load()
    url = work.trip.home.engine.url.render_as_string(hide_password=False)
    access = Access(url, work.signer, work.city_id)
    outside = tuple(await asyncio.to_thread(keeping.outside_heads, known.audit_path, work.city_id))
    report = await asyncio.to_thread(online.verify, access, outside=outside, secret=known.secret(KEY_NAME))
    await asyncio.to_thread(online.remember, access, report)
    if not report.ok:
        log.error("audit trail does not agree", findings=[finding.text for finding in report.findings[:20]])


@job("check_register_import")
async def check_register_import(work: Work, import_id: str) -> None:
    """Check the next part of a workbook of officers; the last part writes all rows or none (Article 10)."""
    from tenants.registers import service as registers

    await registers.continue_import(work, UUID(import_id))


@job("warn_registers")
async def warn_registers(work: Work) -> None:
    """Have every organ that keeps a register look for what runs out, has run out, or is missing (Article 10)."""
    from supervision.officers import service as officers

    log.info("registers looked through", organs=await officers.warn_all(work))


@job("warn_register", together=25)
async def warn_register(work: Work) -> None:
    """Point out in one organ what is due, each cause once (Article 10(1), (4), (5))."""
    from supervision.officers import service as officers

    await officers.warn_organ(work)


@job("follow_annual")
async def follow_annual(work: Work) -> None:
    """Have every organ that owes a yearly report and plan look at what is due, overdue or unpublished (Article 12)."""
    from reporting.annual import service as annual

    log.info("yearly papers looked through", organs=await annual.follow_all(work))


@job("follow_annual_papers", together=25)
async def follow_annual_papers(work: Work) -> None:
    """Open the year's duties of one organ, remind it once of each, and check its public pages (Article 12)."""
    from reporting.annual import service as annual

    await annual.follow(work)


@job("find_duplicates", together=25)
async def find_duplicates(work: Work, clue_id: str) -> None:
    """Propose the pairs of a new clue with its like over all channels, each once (Article 17)."""
    from supervision.channels import service as channels

    await channels.find_duplicates(work, UUID(clue_id))
