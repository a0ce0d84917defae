"""The fields of a record in Chinese: their labels, the words for their codes, what a template has. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from supervision.records.rules import KINDS

KIND_LABELS: Final[Mapping[str, str]] = {
    "penalty": "行政处罚",
    "licence": "行政许可",
    "coercion": "行政强制",
    "inspection": "行政检查",
    "collection": "行政征收",
    "requisition": "行政征用",
    "other_act": "其他行政执法行为",
}
SOURCES: Final[Mapping[str, str]] = {
    "own_system": "本单位办案系统",
    "province": "省行政执法监督平台",
    "credit": "双公示数据",
    "manual": "人工填报",
}
"""Systems that number the acts. Another one may be named by a code of its own."""
LABELS: Final[Mapping[str, str]] = {
    "kind": "行为种类",
    "external_id": "来源编号",
    "version": "版本",
    "organ_uscc": "执法机关信用代码",
    "organ_name": "执法机关名称",
    "case_no": "案号",
    "doc_no": "文书号",
    "title": "案件名称",
    "department": "承办机构",
    "item_code": "事项编码",
    "item_name": "案由（事项名称）",
    "business_line": "业务领域",
    "act_place_division": "行为发生地区划代码",
    "party_kind": "当事人类别",
    "party_name": "当事人名称",
    "party_uscc": "当事人信用代码",
    "party_id_no": "当事人证件号码",
    "party_id_type": "当事人证件类型",
    "party_birth_on": "当事人出生日期",
    "party_address": "当事人住址",
    "officers": "执法人员",
    "basis": "依据",
    "documents": "文书",
    "media": "音像记录",
    "excluded": "扣除期间",
    "extensions": "延期",
    "published_on": "公示日期",
    "closed_on": "结案日期",
    "remark": "备注",
    "quality": "字段质量",
    "origin": "案件来源",
    "source_record": "来源记录编号",
    "procedure": "程序",
    "is_major": "重大案件",
    "is_first_violation": "首次违法",
    "is_continuing": "违法行为持续",
    "harms_life_or_finance": "涉及生命健康金融安全",
    "illegal_facts": "违法事实",
    "act_started_on": "违法行为开始日期",
    "act_ended_on": "违法行为终了日期",
    "discovered_on": "发现日期",
    "clue_received_on": "线索收到日期",
    "filed_on": "立案日期",
    "approved_on": "批准日期",
    "survey_ended_on": "调查终结日期",
    "evidence_registered_on": "证据登记保存日期",
    "evidence_handled_on": "登记保存处理日期",
    "correction_ordered_on": "责令改正日期",
    "correction_due_on": "改正期限",
    "correction_checked_on": "改正复查日期",
    "legal_review_on": "法制审核日期",
    "legal_review_result": "法制审核结果",
    "notice_served_on": "告知书送达日期",
    "defence_due_on": "陈述申辩期限",
    "defence_received_on": "收到陈述申辩日期",
    "waived_defence": "放弃陈述申辩",
    "hearing_right_told": "告知听证权利",
    "hearing_requested_on": "申请听证日期",
    "hearing_notice_served_on": "听证通知送达日期",
    "hearing_held_on": "听证举行日期",
    "discussed_on": "集体讨论日期",
    "discussion_attendees": "集体讨论参加人",
    "decided_on": "决定日期",
    "served_on": "送达日期",
    "service_manner": "送达方式",
    "due_on": "缴款期限",
    "paid_on": "缴清日期",
    "handed_in_on": "上缴日期",
    "urged_on": "催告送达日期",
    "court_applied_on": "申请法院强制执行日期",
    "transferred_on": "移送日期",
    "filed_up_on": "重大处罚备案日期",
    "withdrawn_on": "撤案日期",
    "close_kind": "结案方式",
    "close_reason": "结案说明",
    "penalty_kinds": "处罚种类",
    "content": "决定内容",
    "fine_fen": "罚款（分）",
    "proposed_fine_fen": "拟罚款（分）",
    "law_min_fen": "法定罚款下限（分）",
    "confiscated_fen": "没收金额（分）",
    "illegal_gain_fen": "违法所得（分）",
    "refunded_fen": "退赔（分）",
    "goods_value_fen": "货值（分）",
    "surcharge_fen": "加处罚款（分）",
    "licence_ref": "暂扣吊销证照",
    "benchmark_code": "裁量基准编码",
    "tier": "裁量档次",
    "tier_grounds": "裁量情节",
    "remedies_stated": "告知救济途径",
    "seal_present": "加盖印章",
    "collected_on_spot": "当场收缴",
    "payee_account": "收款账户",
    "receipt_no": "票据号",
    "review_case": "行政复议案号",
    "review_filed_on": "申请行政复议日期",
    "review_ended_on": "行政复议审结日期",
    "review_result": "行政复议结果",
    "lawsuit_case": "行政诉讼案号",
    "lawsuit_filed_on": "提起行政诉讼日期",
    "lawsuit_ended_on": "裁判生效日期",
    "lawsuit_result": "行政诉讼结果",
    "received_on": "申请收到日期",
    "accepted_on": "受理日期",
    "correction_notices": "补正告知日期",
    "interested_party_told_on": "告知利害关系人日期",
    "extended_on": "延长批准日期",
    "delivered_on": "证件送达日期",
    "result": "结果",
    "reasons": "理由",
    "licence_kind": "许可类别",
    "licence_name": "许可证书名称",
    "licence_no": "许可编号",
    "licence_state": "许可状态",
    "valid_from": "有效期自",
    "valid_to": "有效期至",
    "renewal_applied_on": "延续申请日期",
    "revoked_on": "撤销许可日期",
    "promised_days": "承诺时限（工作日）",
    "joint": "联合办理",
    "fee_fen": "收费（分）",
    "fee_basis": "收费依据",
    "measure": "强制种类",
    "linked_case": "关联案号",
    "approved_by": "批准人",
    "is_urgent": "情况紧急",
    "executed_at": "实施时间",
    "reported_at": "补报时间",
    "party_present": "当事人到场",
    "witness": "见证人",
    "goods": "涉案财物",
    "held_from": "查封扣押冻结起",
    "held_to": "查封扣押冻结止",
    "extended_by": "延长批准人",
    "extension_told_on": "延长告知日期",
    "released_on": "解除日期",
    "disposed_on": "处置日期",
    "cost_fen": "代履行费用（分）",
    "contractor": "代履行人",
    "agreement": "执行协议",
    "inspection_kind": "检查类型",
    "plan_no": "检查计划编号",
    "done_on": "检查日期",
    "method": "检查方式",
    "record_signed": "笔录签字",
    "result_text": "检查情况",
    "problems_found": "发现问题数",
    "follow_up": "后续处理",
    "risk_grade": "风险等级",
    "yearly_cap": "年度检查上限",
    "levied_fen": "应征金额（分）",
    "collected_fen": "实征金额（分）",
    "returned_on": "返还日期",
    "compensated_fen": "补偿金额（分）",
    "act_kind": "行为类别",
    "line": "整行",
}
CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": KIND_LABELS,
    "party_kind": {
        "citizen": "公民",
        "legal_person": "法人",
        "other_organisation": "其他组织",
        "individual_business": "个体工商户",
    },
    "party_id_type": {"01": "身份证", "02": "驾驶证", "03": "军官证", "04": "护照", "99": "其他"},
    "origin": {
        "inspection": "现场检查",
        "complaint": "投诉",
        "report": "举报",
        "assigned": "交办",
        "transferred": "移送",
        "media": "媒体",
        "other": "其他",
    },
    "procedure": {"simple": "简易程序", "ordinary": "普通程序", "fast": "快速办理"},
    "legal_review_result": {"passed": "通过", "changes": "修改后再审", "refused": "不通过"},
    "service_manner": {
        "direct": "直接送达",
        "left": "留置送达",
        "entrusted": "委托送达",
        "post": "邮寄送达",
        "announcement": "公告送达",
        "electronic": "电子送达",
    },
    "close_kind": {
        "normal": "正常结案",
        "withdrawn": "撤案",
        "no_penalty": "不予处罚",
        "revoked": "撤销原决定",
        "ended": "终结",
    },
    "penalty_kinds": {
        "warning": "警告",
        "criticism": "通报批评",
        "fine": "罚款",
        "confiscation": "没收",
        "suspension": "暂扣许可证件",
        "revocation": "吊销许可证件",
        "downgrade": "降低资质等级",
        "restriction": "限制开展生产经营活动",
        "closure": "责令停产停业",
        "shutdown": "责令关闭",
        "practice_ban": "限制从业",
        "detention": "行政拘留",
        "other": "其他",
    },
    "tier": {"exempt": "免予处罚", "reduced": "减轻", "lighter": "从轻", "ordinary": "一般", "heavier": "从重"},
    "result": {
        "granted": "准予许可",
        "refused": "不予许可",
        "not_accepted": "不予受理",
        "passed": "合格",
        "failed": "不合格",
    },
    "measure": {
        "seal": "查封",
        "seize": "扣押",
        "freeze": "冻结",
        "restrain": "限制公民人身自由",
        "other": "其他强制措施",
        "fine_surcharge": "加处罚款或者滞纳金",
        "transfer_deposit": "划拨存款",
        "sell": "拍卖",
        "remove": "排除妨碍、恢复原状",
        "perform": "代履行",
        "other_execution": "其他强制执行",
        "court": "申请法院强制执行",
    },
    "inspection_kind": {
        "daily": "日常检查",
        "special": "专项检查",
        "single": "个案检查",
        "random": "双随机",
        "joint": "联合检查",
    },
    "method": {"on_site": "现场", "off_site": "非现场"},
    "act_kind": {
        "adjudication": "行政裁决",
        "confirmation": "行政确认",
        "reward": "行政奖励",
        "payment": "行政给付",
        "other": "其他",
    },
    "review_result": {
        "upheld": "维持",
        "changed": "变更",
        "revoked": "撤销",
        "unlawful": "确认违法",
        "void": "确认无效",
        "ordered": "责令履行",
        "rejected": "驳回",
        "settled": "调解",
        "withdrawn": "撤回",
    },
    "lawsuit_result": {
        "won": "胜诉",
        "lost": "败诉（含部分败诉）",
        "dismissed": "驳回起诉",
        "settled": "调解",
        "withdrawn": "撤诉",
    },
    "follow_up": {"none": "无", "correct": "责令改正", "case": "立案", "transfer": "移送"},
    "quality": {"none": "没有", "not_stated": "未写明", "to_check": "待核对"},
}
"""Field → code → word. The empty code means "not stated"."""
SECRET: Final = frozenset({"party_id_no", "party_birth_on", "party_address"})
"""Fields that are personal data whoever the party is; the name is when the party is a person."""
NESTED: Final = frozenset({"documents", "media", "excluded", "extensions", "goods", "quality"})
"""Fields that a table has no cell for: they come with JSON Lines and the API."""


def label(name: str) -> str:
    return LABELS.get(name, name)


def word(field: str, code: str) -> str:
    """The Chinese word for a code; the code itself where there is none."""
    return CODES.get(field, {}).get(code, code)


def columns(kind: str) -> list[str]:
    """The columns of the template of a kind, in its order."""
    return ["kind", *(name for name in KINDS[kind].__struct_fields__ if name not in NESTED)]


def _types() -> dict[str, str]:
    """Field → text, day, days, moment, money, number, yes, words or people: how a cell of it is read."""
    found: dict[str, str] = {"kind": "text"}
    for of in KINDS.values():
        for field in msgspec.structs.fields(of):
            found[field.name] = _cell_type(field.name, str(field.type))
    return found


def _cell_type(name: str, shown: str) -> str:
    if name in ("officers", "basis", "penalty_kinds", "tier_grounds", "discussion_attendees", "correction_notices"):
        return "list"
    if "datetime.datetime" in shown:
        return "moment"
    if "datetime.date" in shown:
        return "day"
    if name.endswith("_fen"):
        return "money"
    if "bool" in shown:
        return "yes"
    return "number" if re.search(r"\bint\b", shown) else "text"


CELLS: Final = _types()
