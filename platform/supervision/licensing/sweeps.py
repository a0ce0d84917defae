"""What happens by itself: bars that run out, applications that are looked at again, withholdings that end."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from kernel.ids import NIL
from kernel.work import Work
from supervision.deadlines import notices
from supervision.licensing import repository
from supervision.licensing.conditions import conditions
from supervision.licensing.rules import APPLICATION, BAR_ARTICLE, LicenceFacts, bar_sentence
from supervision.licensing.withholding import end_suspension
from tenants.registers import service as registers

RUN_OUT = "lift_bars"
RECHECK = "recheck_applications"
BARS = 10_000
"""Bars that one run lifts: one statement marks them, and the records of each organ are written together."""
APPLICATIONS = 200
SUSPENSIONS = 500
TOLD = ("contact", "legal_officer", "organ_head")


async def lift_bars(work: Work) -> int:
    """Mark the bars whose last day is over, tell each person's organs, and have pending applications looked at again.
    The work is the system's. Returns the number; a full batch is followed by another run.

    Nobody waits for this: from the day after the last one the database lets an application pass.
    """
    ended = await repository.run_out(work, BARS)
    imposed, told = defaultdict(list), defaultdict(list)
    for bar in ended:
        imposed[bar.organ_id].append(bar)
        for organ_id in bar.organs:
            told[organ_id].append(bar)
    for organ_id in sorted(imposed):
        async with work.acting_as(organ_id):
            for bar in imposed[organ_id]:
                work.record(
                    "bar_ran_out",
                    "qualification_bar",
                    bar.id,
                    title=f"{bar.person_name}不得重新申领的期间届满",
                    article=BAR_ARTICLE,
                )
    for organ_id in sorted(told):
        async with work.acting_as(organ_id):
            for bar in told[organ_id]:
                await notices.notify(
                    work,
                    organ_id,
                    kind="decision",
                    title=f"{bar.person_name}不得重新申领行政执法资格的期间已届满，可以重新申请",
                    link="/bars",
                    roles=TOLD,
                    article=BAR_ARTICLE,
                )
    if ended:
        work.enqueue(RECHECK, {"after": str(NIL)})
    if len(ended) == BARS:
        work.enqueue(RUN_OUT, {})
    return len(ended)


async def recheck_applications(work: Work, after: UUID) -> int:
    """Look again at every pending application, in each tenant, from `after` on; a full batch goes on by itself.

    What a bar stands against is refused (the database has done it already; this is the net under it). What has become
    impossible otherwise gets the sentence that says why, and its organ and the department are told, once a cause.
    """
    batch = await repository.pending_anywhere(work, after, APPLICATIONS)
    changed = 0
    for organ_id, application_id in batch:
        async with work.acting_as(organ_id):
            changed += await _look_again(work, application_id)
    if len(batch) == APPLICATIONS:
        work.enqueue(RECHECK, {"after": str(batch[-1][1])})
    return changed


async def _look_again(work: Work, application_id: UUID) -> bool:
    seen = await repository.get_application(work, application_id)
    if seen is None or seen.state not in APPLICATION.states:
        return False
    found = await conditions(work, await registers.officer(work, seen.officer_id), seen.kind, seen.purpose)
    application = await repository.lock_application(work, application_id)
    if application is None or APPLICATION.is_final(application.state):
        return False
    if found.barred_until is not None:
        APPLICATION.step(application.state, "refuse", LicenceFacts())
        application.state, application.barred_until = "refused", found.barred_until
        application.reason, application.reason_article = "行政执法资格已被取消", BAR_ARTICLE
        application.decided_at = work.now
        problem = bar_sentence(found.barred_until)
    else:
        problem = "".join(r.sentence for r in found.unmet)
        if problem == application.reason:
            return False
        application.reason = problem
        application.reason_article = found.unmet[0].article if found.unmet else ""
    if problem:
        work.record(
            "recheck_licence",
            "licence_application",
            application.id,
            title=f"复核{application.officer_name}的证件申请",
            note=problem,
            article=application.reason_article,
        )
        for organ_id, roles in ((work.organ_id, TOLD), (application.department_id, ("supervisor",))):
            await notices.notify(
                work,
                organ_id,
                kind="approval",
                title=f"{application.officer_name}的证件申请：{problem}",
                link=f"/licences/{application.id}",
                roles=roles,
                article=application.reason_article,
            )
    await work.session.flush()
    return True


async def end_suspensions(work: Work) -> int:
    """End withholdings whose last day is over, in every tenant. Returns how many; a full batch goes on by itself."""
    batch = await repository.suspensions_over(work, SUSPENSIONS)
    ended = 0
    for organ_id, certificate_id in batch:
        async with work.acting_as(organ_id):
            ended += await end_suspension(work, certificate_id)
    if ended and len(batch) == SUSPENSIONS:
        work.enqueue("end_suspensions", {})
    return ended
