"""How a case begins by hand: proposed from a matter or own findings, completed, or dropped (Art. 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.errors import FieldError, Invalid
from kernel.ids import new_id
from kernel.series import next_number
from kernel.work import Work
from policy.errors import RuleBookError
from policy.rulebook import RuleBook
from supervision.accountability import repository
from supervision.accountability.case import LEADERS, Case, check_version, facts, load, name, person, record
from supervision.accountability.commands import OpenCase, Respondent
from supervision.accountability.models import AccountabilityCase
from supervision.accountability.rules import CASE, RESPONSIBILITIES, ordered_grounds
from supervision.accountability.views import FormChoices, GroundView, OfficerOption
from supervision.deadlines import notices as bell
from supervision.deadlines import service as deadlines
from supervision.instruments import repository as instruments
from supervision.matters import service as matters
from supervision.matters.evidence import again
from supervision.matters.evidence import keep as keep_evidence
from supervision.matters.models import Matter
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from tenants.organs.letters import organ_letters

LONGEST = 4000


async def open_case(work: Work, command: OpenCase) -> AccountabilityCase:
    """Propose a case against an organ or a person, with its evidence.

    Raises Denied without the right relation, NotFound for a matter that is not there, Invalid with every wrong field.
    """
    matter = await matters.get(work, command.matter_id) if command.matter_id else None
    supervised_id = matter.supervised_id if matter else command.supervised_id
    if supervised_id is None:
        raise Invalid("请选择被追究责任的单位，或者从监督事项提出。", field="supervised_id", article="21")
    tree = await directory(work)
    tree.get(supervised_id)
    target = Target(supervised_id=supervised_id, recused=await _recused(work, matter))
    await authorize(work, "accountability", "propose", target)
    relation = tree.relation(work.organ_id, supervised_id)
    government = tree.government_of(work.organ_id)
    assert relation is not None
    assert government is not None
    book = await deadlines.rulebook(work, matter.rulebook_key if matter else None)
    values = checked(book, command)
    values |= await _person(work, supervised_id, command.person)
    row = await create(
        work,
        book,
        origin="matter" if matter else "own",
        government_id=government,
        supervised_id=supervised_id,
        supervised_name=tree.name(supervised_id),
        relation=relation.kind,
        relation_article=relation.article,
        matter_id=matter.id if matter else None,
        source_id=None,
        automatic=False,
        proposed_by=person(work),
        proposed_by_name=name(work),
        **values,
    )
    case = await load(work, row.id)
    await _evidence(work, case, command)
    record(
        work,
        case,
        "propose",
        f"提出责任追究：{case.respondent}，{case.measure_name or '未定处理'}",
        article=_articles(row),
    )
    await tell_leaders(work, case, f"{name(work)}提出责任追究：{case.respondent}")
    await work.session.flush()
    return row


def _articles(row: AccountabilityCase) -> list[str]:
    return list(row.grounds) or ["21"]


async def _recused(work: Work, matter: Matter | None) -> frozenset[UUID]:
    return await instruments.recused(work, matter.id) if matter else frozenset()


def checked(book: RuleBook, command: OpenCase) -> dict[str, Any]:
    """The columns that a form fills. Raises Invalid with every wrong field."""
    errors: list[FieldError] = []
    try:
        grounds = ordered_grounds(command.grounds, {g.code for g in book.grounds})
    except ValueError:
        grounds = []
        errors.append(FieldError("grounds", "请从第二十一条所列的十二种情形中选择。"))
    if not command.grounds:
        errors.append(FieldError("grounds", "请选择第二十一条所列的一种或者几种情形。"))
    if not 10 <= len(command.facts.strip()) <= LONGEST:
        errors.append(FieldError("facts", f"请写明行为的时间、经过和结果，10 至 {LONGEST} 字。"))
    if command.gravity not in {g.key for g in book.gravities}:
        errors.append(FieldError("gravity", "请选择情节轻重。"))
    if command.fault not in {f.key for f in book.faults}:
        errors.append(FieldError("fault", "请选择过错程度。"))
    errors += _of_measure(book, command)
    for field in ("nature", "harm", "mitigating", "aggravating"):
        if len(getattr(command, field)) > 1000:
            errors.append(FieldError(field, "请精简到 1000 字以内。"))
    if errors:
        raise Invalid(errors=errors, article="21")
    training = command.measure == "off_post_training"
    return {
        "against": "person" if command.person else "organ",
        "grounds": grounds,
        "facts": command.facts.strip(),
        "gravity": command.gravity,
        "fault": command.fault,
        "measure": command.measure,
        "nature": command.nature.strip(),
        "harm": command.harm.strip(),
        "mitigating": command.mitigating.strip(),
        "aggravating": command.aggravating.strip(),
        "training_hours": (command.training_hours or book.limit("accountability.training_hours")) if training else None,
    }


def _of_measure(book: RuleBook, command: OpenCase) -> list[FieldError]:
    try:
        sanction = book.sanction(command.measure)
    except RuleBookError:
        return [FieldError("measure", "请选择拟作的处理。")]
    if sanction.imposed_by == "referral":
        return [FieldError("measure", "处分和刑事责任由有权机关决定，请在提出后办理移送。")]
    if sanction.against != ("person" if command.person else "organ"):
        return [FieldError("measure", "这一处理不适用于所选的对象，请另行选择。")]
    if command.training_hours is not None and not 1 <= command.training_hours <= 1000:
        return [FieldError("training_hours", "请填写 1 至 1000 之间的学时。")]
    return []


async def _person(work: Work, organ_id: UUID, given: Respondent | None) -> dict[str, Any]:
    """Who is held responsible: from the register, or by name. Raises Invalid."""
    if given is None:
        return {"officer_id": None, "person_id": None, "person_name": "", "person_title": "", "responsibility": ""}
    if given.responsibility not in RESPONSIBILITIES:
        raise Invalid("请选择其责任：直接负责的主管人员或者其他直接责任人员。", field="responsibility", article="21")
    known = {officer.id: officer for officer in await repository.officers(work, organ_id)}
    if given.officer_id is not None:
        officer = known.get(given.officer_id)
        if officer is None:
            raise Invalid("请从该单位在职的执法人员中选择。", field="officer_id", article="21")
        account = officer.person_id or await _account(work, organ_id, officer.name)
        return {"officer_id": officer.id, "person_id": account, "person_name": officer.name,
                "person_title": officer.title, "responsibility": given.responsibility}  # fmt: skip
    if not 2 <= len(given.name.strip()) <= 30:
        raise Invalid("请从执法人员中选择，或者写明姓名。", field="person_name", article="21")
    return {"officer_id": None, "person_id": await _account(work, organ_id, given.name.strip()),
            "person_name": given.name.strip(), "person_title": given.title.strip()[:60],
            "responsibility": given.responsibility}  # fmt: skip


async def _account(work: Work, organ_id: UUID, person_name: str) -> UUID | None:
    """The person behind an account of the organ, when one person alone is called so."""
    post = await repository.post_of(work, organ_id, person_name)
    return post.person_id if post else None


async def create(work: Work, book: RuleBook, **values: Any) -> AccountabilityCase:
    organ = (await directory(work)).get(work.organ_id)
    letters = (organ.letters or organ_letters(organ.name)).removesuffix("司")
    series, year = f"{letters}监究", work.today.year
    seq = await next_number(work, f"accountability:{series}", year)
    row = AccountabilityCase(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        number=f"{series}〔{year}〕{seq}号",
        year=year,
        seq=seq,
        rulebook_key=book.key,
        state=CASE.initial,
        proposed_at=work.now,
        hearing_wanted=False,
        referred=[],
        **values,
    )
    work.session.add(row)
    await work.session.flush()
    return row


async def _evidence(work: Work, case: Case, command: OpenCase) -> None:
    """Take over chosen evidence of the matter and keep new files. Raises Invalid for what is not the matter's."""
    if command.evidence_ids:
        row = case.row
        known = {e.id: e for e in await repository.evidence_of_matter(work, row.matter_id)} if row.matter_id else {}
        held = {item.sha256 for item in case.evidence}
        for evidence_id in dict.fromkeys(command.evidence_ids):
            if evidence_id not in known:
                raise Invalid("请从本事项的证据中选择。", field="evidence_ids", article="13")
            if known[evidence_id].sha256 not in held:
                again(work, known[evidence_id], owner_kind="accountability", owner_id=row.id)
    if command.files:
        await keep_evidence(
            work, command.files, matter_id=case.row.matter_id, owner_kind="accountability", owner_id=case.row.id
        )
    await work.session.flush()
    case.evidence = await repository.evidence(work, case.row.id)


async def amend(work: Work, case_id: UUID, command: OpenCase, *, version: int | None = None) -> AccountabilityCase:
    """Change a case that nobody was told of yet; who completes a draft of the system becomes its proposer.

    The organ and the matter stay. Raises as `open_case`, Stale.
    """
    case = await load(work, case_id, lock=True)
    await authorize(work, "accountability", "amend", case.target())
    check_version(case, version)
    CASE.step(case.row.state, "amend", facts(work, case))
    values = checked(case.book, command)
    values |= await _person(work, case.row.supervised_id, command.person)
    for field, value in values.items():
        setattr(case.row, field, value)
    if case.row.proposed_by is None:
        case.row.proposed_by, case.row.proposed_by_name = person(work), name(work)
        await tell_leaders(work, case, f"{name(work)}补充责任追究草稿，请审批：{case.respondent}")
    await _evidence(work, case, command)
    record(work, case, "amend", "补充责任追究的事实和建议", article=_articles(case.row))
    await work.session.flush()
    return case.row


async def drop(work: Work, case_id: UUID, reason: str, *, version: int | None = None) -> AccountabilityCase:
    """Decide not to hold anybody accountable, with the reason. Raises Denied, Invalid, IllegalTransition, Stale."""
    case = await load(work, case_id, lock=True)
    await authorize(work, "accountability", "drop", case.target(case.row.proposed_by))
    check_version(case, version)
    if len(reason.strip()) < 5:
        raise Invalid("请写明不予追究的理由。", field="reason", article="21")
    case.row.state = CASE.step(case.row.state, "drop", facts(work, case)).target
    case.row.ended_at, case.row.ended_note = work.now, reason.strip()
    record(work, case, "drop", f"决定不予追究：{case.respondent}", reason.strip())
    await work.session.flush()
    return case.row


async def form_choices(
    work: Work, *, matter_id: UUID | None = None, organ_id: UUID | None = None, case_id: UUID | None = None
) -> FormChoices:
    """What the form of a new or an amended case offers. Raises NotFound, Denied without the right relation."""
    if case_id is not None:
        case = await load(work, case_id)
        await authorize(work, "accountability", "amend", case.target())
        matter_id, organ_id = case.row.matter_id, case.row.supervised_id
    matter = await matters.get(work, matter_id) if matter_id else None
    supervised = matter.supervised_id if matter else organ_id
    if supervised is not None:
        (await directory(work)).get(supervised)
        target = Target(supervised_id=supervised, recused=await _recused(work, matter))
        await authorize(work, "accountability", "propose", target)
    book = await deadlines.rulebook(work, matter.rulebook_key if matter else None)
    officers = await repository.officers(work, supervised) if supervised else []
    held = await repository.certificates(work, [officer.id for officer in officers])
    return FormChoices(
        supervised_id=supervised,
        supervised_name=(await directory(work)).name(supervised) if supervised else "",
        matter_id=matter.id if matter else None,
        matter_label=(matter.number or matter.title) if matter else "",
        findings=[finding.facts for finding in await matters.findings_of(work, matter.id)] if matter else [],
        grounds=[GroundView(code=g.code, name=g.name) for g in book.grounds],
        gravities=[GroundView(code=g.key, name=g.name) for g in book.gravities],
        faults=[GroundView(code=f.key, name=f.name) for f in book.faults],
        sanctions=[s for s in book.sanctions if s.imposed_by != "referral"],
        training_hours=book.limit("accountability.training_hours"),
        officers=[
            OfficerOption(
                id=officer.id,
                name=officer.name,
                title=officer.title,
                certificate=held[officer.id].number if officer.id in held else "",
                status=held[officer.id].status if officer.id in held else "",
            )
            for officer in officers
        ],
        evidence=[
            matters.evidence_view(item)
            for item in (await repository.evidence_of_matter(work, matter.id) if matter else [])
        ],
    )


async def tell_leaders(
    work: Work, case: Case, title: str, roles: Sequence[str] = LEADERS, *, article: str = "21"
) -> None:
    await bell.notify(
        work,
        case.row.organ_id,
        roles=roles,
        kind="approval",
        title=title,
        link=f"/accountability/{case.row.id}",
        article=article,
    )
