"""Invented documents of every kind, for the tests and the bench."""

from __future__ import annotations

from datetime import date
from typing import Any

from supervision.instruments.documents import (
    AccountabilityNoticeDocument,
    AccountabilityProposalDocument,
    AccountabilityReviewDocument,
    CancellationDocument,
    CircularDocument,
    ClueReferralDocument,
    DecisionDocument,
    Document,
    Done,
    Due,
    ExtensionReplyDocument,
    Fault,
    Finding,
    Frame,
    InternalNoticeDocument,
    LetterDocument,
    OpinionDocument,
    Outcome,
    Overdue,
    OverdueReturn,
    Preceding,
    ReceiptDocument,
    RectificationDocument,
    RecusalDocument,
    RemedySearch,
    ReportDocument,
    ReturnsCircularDocument,
    Seal,
    UnitSanctionDocument,
    WithdrawalDocument,
)

DAY = date(2026, 11, 23)
BUREAU = "许昌市建安区司法局"
GOVERNMENT = "许昌市建安区人民政府"
ORGAN = "许昌市建安区水利局"


def frame(issuer: str = BUREAU, number: str | None = "建司执监〔2026〕43号", seal: Seal = Seal.TEST) -> Frame:
    return Frame(
        issuer=issuer,
        created=DAY,
        number_stem="建司执监〔2026〕",
        number=number,
        dated=DAY if number else None,
        seal=seal,
        contact="陈某某",
        phone="0374-0000000",
        printer=f"{issuer}办公室",
        code="ZS7K-3M2Q-9XPD",
        demo=True,
    )


def finding(n: int = 1) -> Finding:
    return Finding(
        heading=f"第{n}号案卷罚款低于裁量基准下限且未说明理由",
        facts="2026年3月12日，你单位作出行政处罚决定（建水罚〔2026〕6号），对在河道管理范围内采砂的行为罚款2万元，"
        "低于裁量基准规定的下限5万元，决定书和案卷均未说明理由",
        evidence=("行政处罚决定书（建水罚〔2026〕6号）", "案卷第12至18页", "询问笔录"),
        provision="《中华人民共和国行政处罚法》第五条第二款、第三十四条",
        articles=("第八条（一）", "第十条（七）"),
        appraisal="行政处罚决定不当",
        opinion="复核该行政处罚的裁量，依法作出处理",
    )


REQUIREMENTS = (
    "复核该行政处罚的裁量，依法作出处理",
    "对2026年1月以来同类案件开展自查，报送自查清单",
)
DUE = Due(day="2026年12月7日", counted="期限10个工作日，自送达次日起计算，遇法定休假日不计")
PRECEDING = (
    Preceding(
        name="行政执法监督督办函",
        number="建司执监〔2026〕17号",
        served="2026年9月28日",
        due="2026年10月20日",
        outcome="期限届满，未收到书面报告",
    ),
    Preceding(
        name="行政执法监督意见书",
        number="建司执监意〔2026〕5号",
        served="2026年10月23日",
        due="2026年11月6日",
        outcome="书面答复不予改正",
    ),
)
SEARCH = RemedySearch(day="2026年11月23日", sources=("区行政复议机构收案登记", "区人民法院行政案件立案信息"))
OUTCOME = Outcome(
    act="行政处罚决定（建水罚〔2026〕6号）",
    kind="撤销",
    ground="适用裁量基准错误，明显不当",
    result="撤销该行政处罚决定，责令30日内依法重新作出处理",
    due="2026年12月23日",
    effect="已收缴的罚款暂不退还，在重新作出的决定中一并处理",
)


def letter(**changes: object) -> LetterDocument:
    fields: dict[str, object] = {
        "frame": frame(),
        "addressee": ORGAN,
        "findings": (finding(),),
        "requirements": REQUIREMENTS,
        "due": DUE,
        "government": GOVERNMENT,
        "matter": "建监〔2026〕43号",
        "act": "作出的行政处罚决定（建水罚〔2026〕6号）",
    }
    return LetterDocument(**{**fields, **changes})  # type: ignore[arg-type]


def opinion(count: int = 2, **changes: object) -> OpinionDocument:
    fields: dict[str, object] = {
        "frame": frame(number="建司执监意〔2026〕5号"),
        "addressee": ORGAN,
        "findings": tuple(finding(n) for n in range(1, count + 1)),
        "requirements": REQUIREMENTS,
        "due": DUE,
        "government": GOVERNMENT,
        "preceding": PRECEDING[:1],
        "attachments": ("证据目录", "裁量基准适用对照表"),
    }
    return OpinionDocument(**{**fields, **changes})  # type: ignore[arg-type]


def decision() -> DecisionDocument:
    return DecisionDocument(
        frame=Frame(
            issuer=GOVERNMENT,
            created=DAY,
            number="建政执监决〔2026〕2号",
            dated=DAY,
            seal=Seal.TEST,
            copies=(BUREAU, "许昌市水利局"),
            printer=f"{GOVERNMENT}办公室",
            code="ZS8R-5T4W-2BNC",
            demo=True,
        ),
        addressee=ORGAN,
        supervision_body=BUREAU,
        findings=(finding(),),
        preceding=PRECEDING,
        search=SEARCH,
        outcomes=(OUTCOME,),
        execution_due=Due(day="2026年12月23日", counted="期限30日，自送达次日起计算"),
        considered="你单位的处罚决定明显不当，经两次书面督促拒不改正，过错程度较重",
        set_apart=("行政处罚决定（建水罚〔2026〕9号）",),
        party_notice="你单位应当自执行之日起5个工作日内将处理结果书面告知当事人，并告知其依法享有的救济权利",
    )


def report() -> ReportDocument:
    return ReportDocument(
        frame=frame(number="建司〔2026〕31号"),
        government=GOVERNMENT,
        supervised=ORGAN,
        signer="李某某",
        findings=(finding(),),
        preceding=PRECEDING,
        answer="认为处罚适当，不予改正",
        search=SEARCH,
        proposals=(OUTCOME,),
        considered="该行为性质明确，经两次督促仍不改正",
        legal_review="事实清楚，依据正确，程序合法，同意提请决定",
        attachments=("行政执法监督意见书及送达回证", "行政执法监督决定书（代拟稿）"),
    )


def internal_notice() -> InternalNoticeDocument:
    return InternalNoticeDocument(
        frame=frame(issuer=ORGAN, number="建水执督〔2026〕3号"),
        addressee="许昌市建安区水政监察大队",
        findings=(finding(),),
        requirements=REQUIREMENTS,
        due=DUE,
        justice_department=BUREAU,
    )


def rectification() -> RectificationDocument:
    return RectificationDocument(
        frame=frame(issuer=ORGAN, number="建水〔2026〕58号"),
        addressee=BUREAU,
        instrument="《行政执法监督督办函》（建司执监〔2026〕43号）",
        signer="王某某",
        results=(
            Done(
                requirement=REQUIREMENTS[0],
                state="已完成",
                measures="2026年11月30日撤销原处罚决定，重新作出处罚决定（建水罚〔2026〕21号）",
                proof=("撤销决定书", "新的行政处罚决定书"),
            ),
            Done(
                requirement=REQUIREMENTS[1],
                state="部分完成",
                measures="已自查案卷18件，发现同类问题2件",
                proof=("自查清单",),
                remaining="2件正在重新审核，12月15日前办结",
            ),
        ),
        causes="办案人员对裁量基准掌握不够",
        systemic="将裁量基准适用情况列为法制审核必查项",
    )


def extension_reply(granted: bool = True) -> ExtensionReplyDocument:
    return ExtensionReplyDocument(
        frame=frame(number="建司执监函〔2026〕8号"),
        addressee=ORGAN,
        instrument="《行政执法监督督办函》（建司执监〔2026〕43号）",
        requested="2026年12月1日",
        granted=granted,
        reasons="自查案件数量较多，所述情况属实",
        due=Due(day="2026年12月21日", counted="在原期限基础上延长10个工作日"),
        interim="先行中止同类案件的罚款执行",
    )


def withdrawal() -> WithdrawalDocument:
    return WithdrawalDocument(
        frame=frame(number="建司执监撤〔2026〕1号"),
        addressee=ORGAN,
        instrument="《行政执法监督督办函》（建司执监〔2026〕43号）",
        sent="2026年11月20日",
        reasons="认定的事实与案卷记载不一致，另行制发",
    )


def circular() -> CircularDocument:
    return CircularDocument(
        frame=frame(number="建司执监报〔2026〕2号"),
        name="关于行政执法监督事项逾期情况的通报（2026年11月）",
        addressee="各有关单位",
        items=(
            Overdue(
                organ=ORGAN,
                document="《行政执法监督督办函》（建司执监〔2026〕43号）",
                due="2026年10月22日",
                overdue_workdays=22,
            ),
            Overdue(
                organ="许昌市建安区交通运输局",
                document="《行政执法监督意见书》（建司执监意〔2026〕5号）",
                due="2026年10月30日",
                overdue_workdays=16,
            ),
        ),
        as_of="2026年11月23日",
        requirement="有关单位应当自收到本通报之日起5个工作日内逐项改正并书面报告处理情况，查明逾期的原因",
        government=GOVERNMENT,
    )


def recusal(outcome: str = "granted", **changes: Any) -> RecusalDocument:
    values: dict[str, Any] = {
        "frame": frame(number="建司执监避〔2026〕3号"),
        "addressee": ORGAN,
        "matter": "“扣押物品期满未作处理决定”（建监〔2026〕31号）",
        "officer": "陈某某",
        "organ": "许昌市建安区司法局",
        "began": "申请其回避",
        "applicant": ORGAN,
        "asked": "2026年11月20日",
        "ground": "其他情形，可能影响监督事项公正处理",
        "outcome": outcome,
        "reasons": "陈某某与该事项的经办人员有争议，可能影响公正处理",
        "replacement": "王某某" if outcome == "granted" else "",
    }
    return RecusalDocument(**{**values, **changes})


def returns_circular() -> ReturnsCircularDocument:
    return ReturnsCircularDocument(
        frame=frame(number="建司执监报〔2026〕3号"),
        name="关于《行政执法监督情况统计表》（2026年第三季度）逾期报送情况的通报",
        addressee="各有关单位",
        table="《行政执法监督情况统计表》（2026年第三季度）",
        items=(
            OverdueReturn(organ="灵井镇人民政府", due="2026年10月20日", overdue_workdays=24),
            OverdueReturn(organ="许昌市建安区交通运输局", due="2026年10月20日", overdue_workdays=24),
        ),
        as_of="2026年11月23日",
        requirement="有关单位应当自收到本通报之日起3个工作日内报送，查明逾期的原因",
        government=GOVERNMENT,
    )


def clue_referral() -> ClueReferralDocument:
    return ClueReferralDocument(
        frame=frame(number="建司执监转〔2026〕12号"),
        addressee="许昌市建安区交通运输局",
        clue_number="建线〔2026〕88号",
        summary="反映2026年10月以来有关执法人员在道路检查中未出示执法证件",
        competence="线索涉及道路运输行政执法，属于你单位职责范围",
        due=Due(day="2026年12月7日", counted="期限10个工作日，自收到次日起计算"),
        attachments=("线索材料（已隐去提供人信息）",),
    )


def receipt() -> ReceiptDocument:
    return ReceiptDocument(
        frame=frame(seal=Seal.NONE),
        document="行政执法监督督办函",
        document_number="建司执监〔2026〕43号",
        pages="共2页",
        receiver=ORGAN,
        address="准绳系统收文",
        manner="电子送达",
        received_at="2026年11月23日16时20分",
        received_by="周某某（法制股）",
        relation="本单位联络员",
        servers=("陈某某（监督证号 4110000001）", "刘某某（监督证号 4110000002）"),
        receipt_id="SD-20261123-000043",
    )


def fault() -> Fault:
    return Fault(
        facts="2026年9月20日，你单位执法人员在新元大道执法时推搡经营者，没有出示证件，没有制作现场笔录",
        evidence=("现场视频说明", "询问笔录"),
        grounds=("第二十一条（五）“执法粗暴、野蛮等不文明”",),
        gravity="严重",
        fault="故意",
        nature="不文明执法",
        harm="造成不良社会影响",
        mitigating="事后主动道歉",
    )


RESPONDENT = "你单位彭某某（执法人员，其他直接责任人员）"
DEFENCE = "该人员提出：当时对方先动手，请求从轻处理。经核实现场视频，对方没有动手，不予采纳。"
REASON = "事实清楚，证据确实，情节严重"


def accountability_notice() -> Document:
    return AccountabilityNoticeDocument(
        frame=frame(number="建司执监告〔2026〕3号"),
        addressee=ORGAN,
        respondent=RESPONDENT,
        of_person=True,
        fault=fault(),
        measure="取消行政执法资格",
        imposer="本机关拟对",
        statement_term="5个工作日",
        matter="建监〔2026〕31号",
    )


def accountability_proposal() -> Document:
    return AccountabilityProposalDocument(
        frame=frame(number="建司执监建〔2026〕2号"),
        addressee=ORGAN,
        respondent=RESPONDENT,
        fault=fault(),
        defence=DEFENCE,
        measure="离岗培训（不少于40学时）",
        reason=REASON,
        answer_term="15个工作日",
    )


def cancellation() -> Document:
    return CancellationDocument(
        frame=frame(number="建司执监资〔2026〕1号"),
        addressee="彭某某",
        organ=ORGAN,
        respondent=f"你（{ORGAN}，执法人员，其他直接责任人员）",
        identity="证件号码4110************18，行政执法证编号豫K00018",
        fault=fault(),
        defence=DEFENCE,
        reason=REASON,
        bar="2年",
        review_term="30日",
        appeal_term="30日",
    )


def unit_sanction() -> Document:
    return UnitSanctionDocument(
        frame=frame(GOVERNMENT, "建政执监处〔2026〕1号"),
        name=f"关于对{ORGAN}给予取消评优评先资格的决定",
        addressee=ORGAN,
        fault=fault(),
        defence="你单位在规定的期限内没有提出陈述和申辩。",
        measure="取消评优评先资格",
        reason=REASON,
        period="自2026年11月23日起至2027年11月22日止",
        review_term="30日",
        appeal_term="30日",
    )


def accountability_review() -> Document:
    return AccountabilityReviewDocument(
        frame=frame(number="建司执监复〔2026〕1号"),
        name="责任追究复核决定书",
        addressee=ORGAN,
        respondent=f"{ORGAN}彭某某",
        original="责任追究决定（建司执监资〔2026〕1号）",
        request="视频不完整，请求重新审查",
        reason="经重新审查视频和笔录，原决定认定事实清楚，依据正确，程序合法",
        result="维持责任追究决定（建司执监资〔2026〕1号）",
        effect="原决定继续有效",
        further="对本决定不服的，可以自送达之日起30日内申诉",
    )


def every() -> dict[str, Document]:
    return {
        "letter": letter(),
        "opinion": opinion(),
        "decision": decision(),
        "report": report(),
        "internal_notice": internal_notice(),
        "rectification": rectification(),
        "extension_reply": extension_reply(),
        "withdrawal": withdrawal(),
        "circular": circular(),
        "recusal": recusal(),
        "returns_circular": returns_circular(),
        "clue_referral": clue_referral(),
        "accountability_notice": accountability_notice(),
        "accountability_proposal": accountability_proposal(),
        "cancellation": cancellation(),
        "unit_sanction": unit_sanction(),
        "accountability_review": accountability_review(),
        "receipt": receipt(),
    }
