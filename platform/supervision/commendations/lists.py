"""The list is opened by the body, filled by nominations, reviewed, approved by the government's leader, published."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.work import Work
from supervision.commendations import repository
from supervision.commendations.blocks import Block, block
from supervision.commendations.models import CommendationList, Nomination
from supervision.commendations.rules import EARLIEST, LIST, ListFacts, problems
from supervision.deadlines import notices
from tenants.access import Target, authorize
from tenants.organs.directory import directory

ARTICLE = "6"
KIND = "commendation"


async def open_list(work: Work, year: int) -> CommendationList:
    """Begin the commendation of a government for a year. Raises Denied for anyone but the leader of its supervision
    body, Invalid for a year that is not over or long gone, IllegalTransition when there is a list."""
    await authorize(work, KIND, "open", Target(owner_id=work.organ_id))
    if not EARLIEST <= year <= work.today.year:
        raise Invalid(f"请填写 {EARLIEST} 至 {work.today.year} 之间的年度。", field="year", article=ARTICLE)
    tree = await directory(work)
    government = tree.government_of(work.organ_id)
    if government is None or tree.supervision_body_of(government) != work.organ_id:
        raise Denied("年度表彰由县级以上人民政府的司法行政部门组织。", article=ARTICLE)
    list_id = await repository.add(
        work,
        {
            "government_id": government,
            "government_name": tree.name(government),
            "year": year,
            "state": LIST.initial,
            "opened_by": work.actor.person_id if work.actor else None,
        },
    )
    if list_id is None:
        raise IllegalTransition(f"{year}年度的表彰已经开始。", article=ARTICLE, remedy="请在已有的名单中办理。")
    row = await repository.lock(work, list_id)
    assert row is not None
    work.record("open_commendation", KIND, row.id, title=f"开始{year}年度表彰", article=ARTICLE)
    return row


async def nominate(
    work: Work, list_id: UUID, *, kind: str, field: str, merits: str, officer_id: UUID | None = None
) -> UUID:
    """Nominate the own organ, or somebody in post there. Raises NotFound for a list of another government, Denied,
    IllegalTransition once it was submitted or for a second nomination, and for whoever may not be commended, with the
    article; Invalid for each field."""
    await authorize(work, KIND, "nominate", Target(owner_id=work.organ_id))
    row = await reachable(work, list_id)
    errors = problems(kind, field, merits)
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)
    officer = await repository.officer(work, officer_id) if kind == "person" and officer_id else None
    if kind == "person" and officer is None:
        raise Invalid("请从本单位在岗人员中选择。", field="officer_id", article=ARTICLE)
    nominee, by = work.organ_id, (await directory(work)).name(work.organ_id)
    values = {
        "list_id": row.id,
        "nominated_by_id": nominee,
        "nominated_by_name": by,
        "kind": kind,
        "field": field,
        "nominee_id": nominee,
        "nominee_name": by,
        "officer_id": officer.id if officer else None,
        "officer_name": officer.name if officer else "",
        "merits": merits.strip(),
    }
    async with work.acting_as(row.organ_id):
        held = await repository.lock(work, row.id)
        if held is None or held.state != "collecting":
            raise IllegalTransition("名单已经报请，不再接受推荐。", article=ARTICLE, remedy="可以在下一年度推荐。")
        refuse(
            await block(work, organ_id=nominee, officer_id=officer.id if officer else None, year=row.year), "officer_id"
        )
        nomination_id = await repository.nominate(work, values)
        if nomination_id is None:
            raise IllegalTransition("该对象已经在推荐名单中。", article=ARTICLE, remedy="请查看已有的推荐。")
        work.record("nominate", KIND, row.id, title=f"收到{by}的表彰推荐", article=ARTICLE)
    who = officer.name if officer else by
    work.record("nominate", KIND, row.id, title=f"推荐{row.year}年度表彰对象{who}", article=ARTICLE)
    return nomination_id


def refuse(found: Block | None, field: str) -> None:
    """Raises IllegalTransition with the article when somebody may not be commended."""
    if found is not None:
        raise IllegalTransition(
            f"不能推荐表彰。{found.sentence}",
            article=found.article,
            remedy="期限届满或者处理终结后，可以在以后年度推荐。",
            detail={"field": field},
        )


async def reachable(work: Work, list_id: UUID) -> CommendationList:
    """A list for which the work's organ may nominate: of its own government or of one above it. Raises NotFound."""
    row = await repository.get(work, list_id)
    tree = await directory(work)
    if row is None or row.government_id not in {organ.id for organ in tree.path(work.organ_id)} | {
        tree.government_of(work.organ_id)
    }:
        raise NotFound
    return row


async def review(
    work: Work, nomination_id: UUID, *, include: bool, note: str = "", version: int | None = None
) -> Nomination:
    """Put a nominee on the list or leave him off with a reason; whoever may not be commended cannot be put on it.

    Raises NotFound outside the body's own lists, Denied, IllegalTransition, Invalid for the field `note`, Stale.
    """
    await authorize(work, KIND, "review", Target(owner_id=work.organ_id))
    found = await repository.nomination(work, nomination_id)
    if found is None:
        raise NotFound
    if version is not None and version != found.row_version:
        raise Stale(detail={"version": found.row_version})
    row = await repository.lock(work, found.list_id)
    if row is None or row.state != "collecting":
        raise IllegalTransition("名单已经报请，不能改动。", article=ARTICLE, remedy="政府退回后可以改动。")
    if include:
        refuse(await block(work, organ_id=found.nominee_id, officer_id=found.officer_id, year=row.year), "include")
    elif len(note.strip()) < 5:
        raise Invalid("请写明不列入的理由。", field="note", article=ARTICLE)
    found.state = "included" if include else "rejected"
    found.review_note, found.reviewed_by_name = note.strip(), work.actor.name if work.actor else ""
    who = found.officer_name or found.nominee_name
    work.record(
        "review_nomination", KIND, row.id, title=f"{'列入' if include else '不列入'}{who}", note=found.review_note,
        article=ARTICLE,
    )  # fmt: skip
    await work.session.flush()
    return found


async def barred_on(work: Work, row: CommendationList) -> dict[UUID, Block]:
    """What stands against those on a list now: nomination → block. The work acts as the body."""
    found = {}
    for one in await repository.nominations(work, row.id):
        if one.state != "rejected":
            against = await block(work, organ_id=one.nominee_id, officer_id=one.officer_id, year=row.year)
            if against is not None:
                found[one.id] = against
    return found


async def facts_of(work: Work, row: CommendationList, reason: str = "") -> ListFacts:
    """The facts for a step of the list. The work acts as the body."""
    numbers = await repository.counts(work, row.id)
    on_it = [n for n in await repository.nominations(work, row.id) if n.state == "included"]
    barred = await barred_on(work, row)
    return ListFacts(
        included=numbers.get("included", 0),
        waiting=numbers.get("nominated", 0),
        barred=any(one.id in barred for one in on_it),
        reasons=len(reason.strip()) >= 5,
    )


async def take(
    work: Work, list_id: UUID, action: str, *, reason: str = "", version: int | None = None
) -> CommendationList:
    """Take a step of a list: submit and publish by the body's leader, approve and send_back by the government's, who
    did not submit it. Whoever was removed from awards meanwhile stops it with the article (Arts. 6, 21).

    Raises NotFound, Denied, IllegalTransition, Stale; Invalid for an unknown step.
    """
    if action not in ("submit", "approve", "send_back", "publish"):
        raise Invalid("请选择办理步骤。", field="action")
    seen = await repository.get(work, list_id)
    if seen is None or work.organ_id not in (seen.organ_id, seen.government_id):
        raise NotFound
    drafters = frozenset({seen.submitted_by} if seen.submitted_by else ())
    await authorize(work, KIND, action, Target(owner_id=seen.organ_id, drafters=drafters))
    async with work.acting_as(seen.organ_id):
        row = await repository.lock(work, list_id)
        assert row is not None
        if version is not None and version != row.row_version:
            raise Stale(detail={"version": row.row_version})
        transition = LIST.step(row.state, action, await facts_of(work, row, reason))
        row.state = transition.reached_from(row.state)
        _mark(work, row, action, reason)
        title = f"{transition.label}{row.year}年度表彰名单"
        work.record(f"{action}_commendation", KIND, row.id, title=title, note=reason.strip(), article=ARTICLE)
        await work.session.flush()
    await _tell(work, row, action)
    return row


def _mark(work: Work, row: CommendationList, action: str, reason: str) -> None:
    actor = work.actor
    who, name = (actor.person_id, actor.name) if actor else (None, "")
    if action == "submit":
        row.submitted_by, row.submitted_by_name, row.submitted_at, row.returned_reason = who, name, work.now, ""
    elif action == "approve":
        row.approved_by, row.approved_by_name, row.approved_at = who, name, work.now
    elif action == "send_back":
        row.returned_reason = reason.strip()
    else:
        row.published_at = work.now


async def _tell(work: Work, row: CommendationList, action: str) -> None:
    told = {
        "submit": (row.government_id, "government_leader", f"{row.year}年度表彰名单待批准"),
        "approve": (row.organ_id, "supervision_leader", f"{row.year}年度表彰名单已批准，请公布"),
        "send_back": (row.organ_id, "supervision_leader", f"{row.year}年度表彰名单被退回"),
    }
    if action in told:
        organ_id, role, title = told[action]
        await notices.notify(
            work,
            organ_id,
            roles=(role,),
            kind="approval",
            title=title,
            link=f"/commendations/{row.id}",
            article=ARTICLE,
        )
