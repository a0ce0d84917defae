"""The wording of the documents of accountability (Art. 21)."""

from __future__ import annotations

from collections.abc import Iterable

from supervision.instruments.documents.models import Frame
from supervision.instruments.documents.phrases import matter_number
from supervision.instruments.documents.sanctions import (
    AccountabilityNoticeDocument,
    AccountabilityProposalDocument,
    AccountabilityReviewDocument,
    CancellationDocument,
    Fault,
    UnitSanctionDocument,
)
from supervision.instruments.documents.sheet import Block, Sheet, broken, heading, listed, sentence, text


def _sheet(frame: Frame, name: str, addressee: str, blocks: Iterable[Block]) -> Sheet:
    return Sheet(
        form="standard",
        name=name,
        frame=frame,
        title=broken(name),
        addressee=addressee,
        blocks=tuple(blocks),
        mark=frame.issuer,
    )


def _fault(fault: Fault) -> list[Block]:
    """Facts and evidence, the grounds, and what was weighed."""
    weighed = [f"情节{fault.gravity}，{fault.fault}"]
    weighed += [f"性质：{fault.nature}"] if fault.nature else []
    weighed += [f"危害后果：{fault.harm}"] if fault.harm else []
    weighed += [f"从轻、减轻的情节：{fault.mitigating}"] if fault.mitigating else []
    weighed += [f"从重的情节：{fault.aggravating}"] if fault.aggravating else []
    return [
        text(sentence(fault.facts)),
        text(f"证据：{listed(fault.evidence)}。"),
        text(f"以上行为属于{'、'.join(fault.grounds)}的情形。{listed(weighed)}。"),
    ]


def notice(document: AccountabilityNoticeDocument) -> Sheet:
    law = document.regulation
    whom = "该人员" if document.of_person else "你单位"
    blocks = [
        text(
            matter_number(document.matter)
            + f"本机关在行政执法监督中发现，{document.respondent}存在应当追究责任的行为。根据"
            f"{law.cite(law.accountability)}的规定，拟作出处理，现予告知。"
        ),
        heading(1, "事实和证据"),
        *_fault(document.fault),
        heading(2, "拟作的处理"),
        text(f"{document.imposer}{whom}{document.measure}。"),
        heading(3, "陈述和申辩的权利"),
        text(
            f"{whom}可以自本告知书送达次日起{document.statement_term}内向本机关陈述和申辩，提交证据，并可以要求当面听取意见，"
            "提出希望的日期。期限届满没有提出的，视为放弃，不影响以后申请复核。"
        ),
    ]
    if document.of_person:
        blocks.append(
            text("该人员有本系统账号的，由其本人签收；没有账号的，请你单位在收到当日转交，并代为提交其陈述和申辩。")
        )
    return _sheet(document.frame, document.name, document.addressee, blocks)


def proposal(document: AccountabilityProposalDocument) -> Sheet:
    law = document.regulation
    blocks = [
        text(
            matter_number(document.matter)
            + f"本机关在行政执法监督中查明，{document.respondent}存在应当追究责任的行为。根据"
            f"{law.cite(law.accountability)}的规定，向你单位提出以下建议。"
        ),
        heading(1, "事实和证据"),
        *_fault(document.fault),
        heading(2, "陈述申辩及其采纳情况"),
        text(sentence(document.defence)),
        heading(3, "处理建议"),
        text(f"建议你单位对该人员给予{document.measure}。理由：{sentence(document.reason)}"),
        text(
            "通报、批评、离岗培训、调离行政执法岗位由其所在行政执法机关决定。你单位应当自行审查事实和证据，依法作出处理；"
            "作出其他处理或者不采纳建议的，应当说明理由。"
        ),
        heading(4, "反馈期限"),
        text(
            f"请自本建议书送达次日起{document.answer_term}内，由主要负责人向本机关书面反馈处理决定的文号、种类、生效日期和送达情况。"
            "逾期不反馈的，依照规定逐级提醒并报告。"
        ),
    ]
    return _sheet(document.frame, document.name, document.addressee, blocks)


def cancellation(document: CancellationDocument) -> Sheet:
    law = document.regulation
    blocks = [
        text(
            matter_number(document.matter)
            + f"本机关在行政执法监督中查明，{document.respondent}（{document.identity}）存在应当追究责任的行为，"
            "已经告知其事实、证据和陈述申辩的权利，现已审查终结。"
        ),
        heading(1, "事实和证据"),
        *_fault(document.fault),
        heading(2, "陈述申辩及其采纳情况"),
        text(sentence(document.defence)),
        heading(3, "决定"),
        text(
            f"{sentence(document.reason)}根据{law.cite(law.accountability)}的规定，决定取消你的行政执法资格。"
            f"本决定自送达之日起生效，行政执法证件同时失效。你应当将证件交回{document.organ}，由其上交本机关；本决定同时送达该单位。"
        ),
        text(f"自本决定生效之日起{document.bar}内不得重新申领行政执法资格。"),
        heading(4, "复核和申诉"),
        text(
            f"对本决定不服的，可以自送达之日起{document.review_term}内向本机关申请复核；对复核决定不服的，可以自送达之日起"
            f"{document.appeal_term}内向上一级行政执法监督机构申诉。复核、申诉期间不停止执行。"
        ),
    ]
    return _sheet(document.frame, document.name, document.addressee, blocks)


def sanction(document: UnitSanctionDocument) -> Sheet:
    law = document.regulation
    period = (
        f"期间{document.period}，期间内不得参加行政执法和行政执法监督工作的评优评先、表彰奖励。"
        if document.period
        else ""
    )
    blocks = [
        text(
            matter_number(document.matter) + "本机关在行政执法监督中查明你单位存在应当追究责任的行为，"
            f"根据{law.cite(law.accountability)}的规定，作出以下处理。"
        ),
        heading(1, "事实和证据"),
        *_fault(document.fault),
        heading(2, "陈述申辩及其采纳情况"),
        text(sentence(document.defence)),
        heading(3, "处理决定"),
        text(f"{sentence(document.reason)}决定对你单位给予{document.measure}。{period}"),
        heading(4, "要求和救济"),
        text("你单位应当查明原因，改正存在的问题，加强行政执法管理。"),
        text(
            f"对本决定不服的，可以自送达之日起{document.review_term}内向本机关申请复核；对复核决定不服的，可以自送达之日起"
            f"{document.appeal_term}内申诉。复核、申诉期间不停止执行。"
        ),
    ]
    return _sheet(document.frame, document.name, document.addressee, blocks)


def review(document: AccountabilityReviewDocument) -> Sheet:
    law = document.regulation
    blocks = [
        text(
            f"{document.respondent}对{document.original}不服，提出申请。根据{law.cite(law.accountability)}的规定，"
            "由未参与原决定的负责人审查，现已审查终结。"
        ),
        heading(1, "申请的理由"),
        text(sentence(document.request)),
        heading(2, "审查认定"),
        text(sentence(document.reason)),
        heading(3, "决定"),
        text(f"{sentence(document.result)}{sentence(document.effect)}"),
        text(sentence(document.further)),
    ]
    return _sheet(document.frame, document.name, document.addressee, blocks)
