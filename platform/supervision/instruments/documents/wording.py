"""The wording of the fixed parts, each with the article it rests on.

你单位 is the addressee, 本机关 the issuer; findings, requirements and dates come from the record. Whoever
changes a sentence here changes every document of that kind from then on, never one that was issued.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from supervision.instruments.documents import sanction_wording
from supervision.instruments.documents.kinds import SheetDocument
from supervision.instruments.documents.models import (
    CircularDocument,
    ClueReferralDocument,
    DecisionDocument,
    ExtensionReplyDocument,
    Frame,
    InternalNoticeDocument,
    LetterDocument,
    OpinionDocument,
    RectificationDocument,
    RecusalDocument,
    ReportDocument,
    WithdrawalDocument,
)
from supervision.instruments.documents.phrases import (
    due_block,
    finding_blocks,
    matter_number,
    outcome_blocks,
    preceding_document,
    remedy_search,
    requirement_blocks,
    voice_block,
)
from supervision.instruments.documents.sanctions import (
    AccountabilityNoticeDocument,
    AccountabilityProposalDocument,
    AccountabilityReviewDocument,
    CancellationDocument,
    UnitSanctionDocument,
)
from supervision.instruments.documents.sheet import (
    Block,
    Form,
    Run,
    Sheet,
    broken,
    heading,
    listed,
    sentence,
    subheading,
    text,
)


@singledispatch
def compose(document: SheetDocument) -> Sheet:
    """The document as a sheet. TypeError for what is not one of the sheet documents."""
    raise TypeError(f"not a sheet document: {type(document).__name__}")


def _sheet(
    form: Form,
    frame: Frame,
    name: str,
    addressee: str | None,
    blocks: Iterable[Block],
    *,
    signer: str | None = None,
    attachments: tuple[str, ...] = (),
) -> Sheet:
    """The text in its form; an upward document bears the words 文件 in its mark (GB/T 9704-2012, 7.2.4)."""
    return Sheet(
        form=form,
        name=name,
        frame=frame,
        title=broken(name),
        addressee=addressee,
        blocks=tuple(blocks),
        mark=f"{frame.issuer}文件" if form == "upward" else frame.issuer,
        signer=signer,
        attachments=attachments,
    )


@compose.register
def _letter(document: LetterDocument) -> Sheet:
    law = document.regulation
    opening = document.opening or (
        f"本机关{document.origin}发现，你单位{document.act}存在以下问题。"
        f"根据{law.cite(law.instruments)}的规定，现予督办。"
    )
    blocks = [
        text(matter_number(document.matter) + sentence(opening)),
        heading(1, "存在的问题"),
        *finding_blocks(document.findings),
        heading(2, "处理要求"),
        *requirement_blocks(document.requirements),
        heading(3, "报告期限和有关事项"),
        due_block(document.due, "依法处理并向本机关书面报告处理情况"),
        voice_block(document.objection_term, document.extension_term),
        text(
            f"逾期不改正或者拒不改正的，本机关将制发行政执法监督意见书，或者依照{law.cite(law.decisions)}向"
            f"{document.government}报告。不执行本函或者不报告执行情况的，依照{law.ignored_instrument}追究责任。"
        ),
    ]
    return _sheet("letter", document.frame, document.name, document.addressee, blocks, attachments=document.attachments)


@compose.register
def _opinion(document: OpinionDocument) -> Sheet:
    law = document.regulation
    opening = document.opening or (
        f"本机关{document.origin}发现你单位存在下列问题。根据{law.cite(law.instruments)}的规定，提出监督意见如下。"
    )
    blocks = [text(matter_number(document.matter) + sentence(opening))]
    if document.vertical:
        blocks.append(
            text(
                f"根据{law.scope_vertical}的规定，本意见限于你单位遵守和执行法律、政策文件的情况，"
                "并抄告你单位的上级主管部门。"
            )
        )
    blocks += [text(preceding_document(p)) for p in document.preceding]
    blocks += [
        heading(1, "查明的事实和认定"),
        *finding_blocks(document.findings),
        heading(2, "监督意见"),
        *requirement_blocks(document.requirements),
        heading(3, "办理期限和有关事项"),
        due_block(document.due, "依法处理，并逐项向本机关书面报告处理情况，附有关证明材料"),
        voice_block(document.objection_term, document.extension_term),
        text(
            f"逾期不改正或者拒不改正的，本机关将依照{law.cite(law.decisions)}的规定向{document.government}报告，"
            f"由{document.government}依法作出行政执法监督决定。不执行本意见书或者不报告执行情况的，"
            f"依照{law.ignored_instrument}追究责任。"
        ),
    ]
    return _sheet(
        "standard", document.frame, document.name, document.addressee, blocks, attachments=document.attachments
    )


@compose.register
def _decision(document: DecisionDocument) -> Sheet:
    law = document.regulation
    blocks = [
        text(
            f"{document.supervision_body}依照{law.cite(law.decisions)}的规定，向本机关报告你单位逾期不改正或者"
            "拒不改正有关问题的情况。本机关已审查终结。"
        ),
        *[text(preceding_document(p)) for p in document.preceding],
        heading(1, "查明的事实"),
        *finding_blocks(document.findings),
        heading(2, "行政复议和行政诉讼情况"),
        text(remedy_search(document.search)),
        *[text(f"{act}已有行政复议或者行政诉讼，本决定不涉及。") for act in document.set_apart],
        heading(3, "决定"),
        text(
            sentence(f"本机关认为，{document.considered}") if document.considered else "",
            f"根据{law.cite(law.decisions)}的规定，决定如下：",
        ),
        *outcome_blocks(document.outcomes),
        heading(4, "执行和有关事项"),
        due_block(
            document.execution_due,
            f"执行本决定，并将执行情况经{document.supervision_body}书面报告本机关",
        ),
        *([text(sentence(document.party_notice))] if document.party_notice else []),
        text(
            f"你单位对本决定有异议的，可以在收到之日起{document.objection_term}内向本机关书面提出；"
            f"异议期间不停止执行。不执行本决定的，依照{law.ignored_decision}追究责任。"
        ),
    ]
    return _sheet(
        "standard", document.frame, document.name, document.addressee, blocks, attachments=document.attachments
    )


@compose.register
def _report(document: ReportDocument) -> Sheet:
    law = document.regulation
    name = f"关于提请对{document.supervised}作出行政执法监督决定的请示"
    blocks = [
        text(
            f"{document.supervised}逾期不改正或者拒不改正行政执法中存在的问题。"
            f"根据{law.cite(law.decisions)}的规定，现将有关情况报告如下。"
        ),
        heading(1, "查明的问题"),
        *finding_blocks(document.findings),
        heading(2, "督促改正的情况"),
        *[text(preceding_document(p, document.supervised)) for p in document.preceding],
        text(sentence(f"{document.supervised}的答复：{document.answer}")),
        heading(3, "行政复议和行政诉讼情况"),
        text(remedy_search(document.search)),
        *[text(f"{act}已有行政复议或者行政诉讼，不在本次提请范围。") for act in document.set_apart],
        heading(4, "处理建议"),
        text(
            sentence(document.considered) if document.considered else "",
            f"根据{law.cite(law.decisions)}的规定，建议对{document.supervised}作出以下决定：",
        ),
        *outcome_blocks(document.proposals),
        *([text(sentence(f"法制审核意见：{document.legal_review}"))] if document.legal_review else []),
        text("妥否，请批示。"),
    ]
    return _sheet(
        "upward",
        document.frame,
        name,
        document.government,
        blocks,
        signer=document.signer,
        attachments=document.attachments,
    )


@compose.register
def _internal_notice(document: InternalNoticeDocument) -> Sheet:
    law = document.regulation
    articles = (law.scope_line, law.internal) if document.own_body else (law.scope_line,)
    where = "内部行政执法监督" if document.own_body else "相关业务的行政执法监督"
    opening = document.opening or (
        f"本机关在{where}中发现你单位存在以下问题。根据{law.cite(*articles)}的规定，现通知如下。"
    )
    blocks = [
        text(sentence(opening)),
        heading(1, "存在的问题"),
        *finding_blocks(document.findings),
        heading(2, "整改要求"),
        *requirement_blocks(document.requirements),
        due_block(document.due, "完成整改并向本机关书面答复"),
        text(
            f"逾期不整改的，本机关将移请{document.justice_department}依照{law.cite(law.instruments)}的规定"
            "制发行政执法监督督办函或者行政执法监督意见书。"
        ),
    ]
    return _sheet("letter", document.frame, document.name, document.addressee, blocks, attachments=document.attachments)


@compose.register
def _rectification(document: RectificationDocument) -> Sheet:
    law = document.regulation
    name = f"关于{document.instrument}整改情况的报告"
    blocks = [
        text(
            f"收到{document.instrument}后，本单位逐项研究整改。根据{law.cite(law.instruments)}的规定，"
            "现将处理情况报告如下。"
        ),
        heading(1, "逐项处理情况"),
    ]
    for n, done in enumerate(document.results, 1):
        blocks += [
            subheading(n, done.requirement.rstrip("。")),
            text(f"办理结果：{done.state}。{sentence(done.measures)}"),
        ]
        if done.proof:
            blocks.append(text(f"证明材料：{listed(done.proof)}。"))
        if done.remaining:
            blocks.append(text(sentence(f"尚未完成的事项：{done.remaining}")))
    following = [("原因分析", document.causes), ("制度措施", document.systemic)]
    for n, (words, content) in enumerate([f for f in following if f[1]], 2):
        blocks += [heading(n, words), text(sentence(content))]
    blocks.append(text("特此报告。"))
    return _sheet(
        "upward",
        document.frame,
        name,
        document.addressee,
        blocks,
        signer=document.signer,
        attachments=document.attachments,
    )


@compose.register
def _extension_reply(document: ExtensionReplyDocument) -> Sheet:
    law = document.regulation
    name = f"关于{document.instrument}延期申请的批复"
    due = Run(text=document.due.day, pending=document.due.pending)
    answer = (
        text("同意延期。你单位应当于", due, "前（含当日）依法处理并书面报告处理情况。期限只延长一次。")
        if document.granted
        else text("不同意延期。你单位仍应当于", due, "前（含当日）依法处理并书面报告处理情况。")
    )
    blocks = [
        text(f"你单位{document.requested}提出的延期申请收悉。根据{law.cite(document.basis)}的规定，经研究，批复如下。"),
        answer,
        text(sentence(f"理由：{document.reasons}")),
    ]
    if document.due.counted:
        blocks.append(text(sentence(f"期限计算：{document.due.counted}")))
    if document.interim:
        blocks.append(text(sentence(f"延期期间应当采取的措施：{document.interim}")))
    blocks.append(text("此复。"))
    return _sheet("letter", document.frame, name, document.addressee, blocks)


@compose.register
def _withdrawal(document: WithdrawalDocument) -> Sheet:
    law = document.regulation
    sent = f"于{document.sent}发送你单位的" if document.sent else ""
    blocks = [
        text(f"本机关依照{law.cite(document.basis)}制发、{sent}{document.instrument}，现予{document.verb}。"),
        text(sentence(f"理由：{document.reasons}")),
        text("自本通知发出之日起，你单位不再按照该文书的要求办理和报告，该文书的期限同时终止。原文号保留，不再使用。"),
        text("你单位依照该文书已经采取的措施需要调整的，依法处理。特此通知。"),
    ]
    name = f"关于{document.verb}{document.instrument}的通知"
    return _sheet("letter", document.frame, name, document.addressee, blocks)


@compose.register
def _circular(document: CircularDocument) -> Sheet:
    law = document.regulation
    blocks = [
        text(
            f"本机关在行政执法监督中制发的下列文书，期限届满后有关单位仍未书面报告处理情况。"
            f"根据{law.cite(law.circular, law.instruments)}的规定，现予通报。"
        ),
        heading(1, "逾期的单位和事项"),
        *[
            text(
                f"{n}.{item.organ}：{item.document}要求于{item.due}前书面报告，"
                f"至{document.as_of}逾期{item.overdue_workdays}个工作日。"
            )
            for n, item in enumerate(document.items, 1)
        ],
        heading(2, "要求"),
        text(sentence(document.requirement)),
        text(
            f"继续逾期或者拒不改正的，本机关依照{law.cite(law.decisions)}的规定向{document.government}报告；"
            f"不执行监督文书或者不报告执行情况的，依照{law.ignored_instrument}追究责任。"
        ),
    ]
    return _sheet("standard", document.frame, document.name, document.addressee, blocks)


_OUTCOMES = {"granted": "回避决定书", "refused": "不予回避决定书", "lifted": "解除回避决定书"}


@compose.register
def _recusal(document: RecusalDocument) -> Sheet:
    law = document.regulation.cite(document.regulation.recusals)
    who = document.applicant or document.officer
    asked = f"{document.asked}，{who}{document.began}，事由为“{document.ground}”。" if document.began else ""
    found = asked or f"{document.officer}未自行回避，也未被申请回避。"
    effects = {
        "granted": f"{document.officer}自本决定作出之日起不再办理该事项，此前的办理行为由接办人逐项确认或者重做。",
        "refused": f"{document.officer}继续办理该事项。",
        "lifted": f"{document.officer}的回避自本决定作出之日起解除，可以依规定重新指派其办理。",
    }
    decided = {
        "granted": f"决定{document.officer}回避",
        "refused": f"决定{document.officer}不予回避",
        "lifted": f"决定解除{document.officer}的回避",
    }
    taken_over = (
        f"该事项由{document.replacement}接办。" if document.outcome == "granted" and document.replacement else ""
    )
    blocks = [
        text(f"在{document.organ}办理的{document.matter}中，{found}"),
        text(sentence(f"审查认为，{document.reasons}")),
        text(f"根据{law}的规定，{decided[document.outcome]}。{effects[document.outcome]}{taken_over}"),
    ]
    name = f"行政执法监督人员{_OUTCOMES[document.outcome]}"
    return _sheet("letter", document.frame, name, document.addressee, blocks)


@compose.register
def _clue_referral(document: ClueReferralDocument) -> Sheet:
    law = document.regulation
    name = "行政执法监督线索转办函"
    blocks = [
        text(
            f"本机关收到行政执法监督线索（编号：{document.clue_number}）。根据{law.cite(law.clues)}的规定，"
            "现转你单位依法办理。"
        ),
        heading(1, "线索内容"),
        text(sentence(document.summary)),
        heading(2, "转办理由"),
        text(sentence(document.competence)),
        heading(3, "办理要求"),
        due_block(document.due, "将办理结果书面告知本机关"),
        text("办理中应当保护提供线索的单位和个人的信息，不得向被反映的单位和人员泄露。"),
        text("认为不属于你单位职责的，请自收到之日起5个工作日内说明理由并退回。"),
    ]
    return _sheet("letter", document.frame, name, document.addressee, blocks, attachments=document.attachments)


compose.register(AccountabilityNoticeDocument, sanction_wording.notice)
compose.register(AccountabilityProposalDocument, sanction_wording.proposal)
compose.register(CancellationDocument, sanction_wording.cancellation)
compose.register(UnitSanctionDocument, sanction_wording.sanction)
compose.register(AccountabilityReviewDocument, sanction_wording.review)
