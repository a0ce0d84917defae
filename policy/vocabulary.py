"""The finite space over which policy decides: every word that a rule or a question may use, with its Chinese label."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from policy.channel_acts import CHANNEL_ACTS
from policy.outside import OUTSIDE
from policy.record_acts import RECORD_ACTS
from policy.reporting_acts import REPORTING_ACTS

ORGAN_CLASS_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "government": "县级以上人民政府",
        "township_government": "乡镇人民政府",
        "subdistrict_office": "街道办事处",
        "justice_department": "司法行政部门",
        "department": "政府部门",
        "vertical_body": "垂直管理、双重领导部门",
        "subordinate_body": "所属机构、派出机构",
        "judicial_office": "司法所",
        "zone": "功能区管理机构",
    }
)

ROLE_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "supervisor": "行政执法监督人员",
        "supervision_leader": "监督机构负责人",
        "government_leader": "政府领导",
        "legal_officer": "法制机构人员",
        "enforcement_officer": "行政执法人员",
        "organ_head": "单位主要负责人",
        "contact": "单位联络员",
        "judicial_assistant": "司法所工作人员",
        "social_supervisor": "社会监督员",
        "system_admin": "系统管理员",
        "security_admin": "安全管理员",
        "audit_admin": "审计管理员",
        "api_key": "接口密钥",
        "system": "系统任务",
    }
)

RELATION_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "own": "本单位的",
        "government_of": "本政府监督机构的",
        "body_of": "本级政府的",
        "supervised": "本单位被监督的",
        "upper": "下级监督机关的",
        "level": "层级监督",
        "line": "条线监督",
        "vertical": "垂直、双重管理监督",
        "internal": "内部监督",
        "assist": "司法所协助",
        "none": "没有关系",
    }
)

# From the strongest to the weakest: of several that apply, the first one is the standing of the question.
STANDING_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "recused": "回避中",
        "remedy_pending": "复议、诉讼未终结",
        "owner": "整改责任人",
        "drafter": "起草人、提出人",
        "acting": "代行他人职责",
        "clear": "无特殊情形",
    }
)

SUPERVISION_RELATIONS: Final = frozenset({"level", "line", "vertical", "internal", "assist"})

INSTRUMENT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"urging_letter": "督办函", "opinion": "监督意见书", "internal_notice": "督促整改通知"}
)

DECISION_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "perform_in_time": "责令限期履行",
        "supplement_or_correct": "责令补正或者改正",
        "revoke": "撤销",
        "confirm_unlawful": "确认违法",
        "confirm_void": "确认无效",
    }
)

# Accountability (Art. 21). Against the organ, imposed by the supervising side:
ORGAN_MEASURES: Final[Mapping[str, str]] = MappingProxyType(
    {"organ_circular": "通报", "organ_criticism": "批评", "removal_from_awards": "取消评优评先资格"}
)
# Against a person, imposed by the person's own enforcement organ on proposal:
PERSON_MEASURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person_circular": "通报",
        "person_criticism": "批评",
        "off_post_training": "离岗培训",
        "post_transfer": "调离行政执法岗位",
    }
)
# Against a person, imposed by the supervision body:
CANCELLATION: Final = "qualification_cancellation"
# For other authorities to decide:
REFERRALS: Final[Mapping[str, str]] = MappingProxyType(
    {"disciplinary_sanction": "移送有权机关依法给予处分", "criminal_justice": "移送司法机关追究刑事责任"}
)

_INSTRUMENT_VERBS: Final[Mapping[str, str]] = {
    "draft": "起草",
    "submit": "提交审核",
    "return_draft": "退回",
    "approve": "批准",
    "issue": "签发",
    "serve": "送达",
    "withdraw": "撤回",
    "accept": "认可书面报告并办结",
    "send_back": "退回书面报告并要求补充整改",
    "refuse": "声明不履行",
    "lapse": "认定逾期未改正",
    "read": "查看",
    "list": "查看全部",
}

# Referrals, complaints about supervisors, commendation.
REFERRAL_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"discipline": "问题线索移送", "criminal": "涉嫌犯罪案件移送", "urge_transfer": "督促移送"}
)

_REFERRAL_VERBS: Final[Mapping[str, str]] = {
    "draft": "起草",
    "name_reader": "增加知悉人员：",
    "transfer": "决定",
    "decline": "决定不予",
    "send": "送出",
    "acknowledge": "登记受理回执：",
    "record_result": "登记办理结果：",
    "record_return": "登记退回：",
    "reopen": "补充后重新办理",
    "read": "查看",
    "download": "下载案卷和文书：",
}

_FOLLOW_UP: Final[Mapping[str, Mapping[str, str]]] = {
    "conduct": {
        "register": "反映监督人员问题",
        "list": "查看对监督人员的反映清单",
        "read": "查看对监督人员的反映",
        "assign": "指定调查人",
        "examine": "记录调查情况",
        "answer": "作出处理和答复",
        "close": "办结对监督人员的反映",
        "read_source": "查看反映人身份",
    },
    "channel": CHANNEL_ACTS,
    "commendation": {
        "open": "开始年度表彰",
        "nominate": "推荐表彰对象",
        "list": "查看表彰名单清单",
        "read": "查看表彰名单",
        "review": "审核表彰对象",
        "submit": "报请批准表彰名单",
        "send_back": "退回表彰名单",
        "approve": "批准表彰名单",
        "publish": "公布表彰名单",
    },
}

_PLAIN: Final[Mapping[str, Mapping[str, str]]] = {
    "clue": {
        "register": "登记线索",
        "list": "查看线索池",
        "read": "查看线索",
        "accept": "受理线索",
        "pass_on": "转办线索",
        "propose_dismissal": "提出不予受理意见",
        "dismiss": "决定线索不予受理",
        "merge": "合并线索",
        "open_matter": "由线索提请立项",
        "extend": "延长线索办理期限",
        "answer": "答复线索来源",
        "read_source": "查看反映人身份",
    },
    "matter": {
        "propose": "提请立项",
        "approve_opening": "批准立项",
        "reject_opening": "不批准立项",
        "assign_handlers": "指派承办人",
        "name_office": "请司法所协助",
        "list": "查看监督事项清单",
        "read": "查看监督事项",
        "read_served": "查看已送达的监督事项",
        "record_activity": "记录监督活动",
        "add_evidence": "补充证据材料",
        "establish_finding": "认定问题",
        "drop_finding": "撤销问题认定",
        "refer_finding": "移送问题",
        "tell_upper": "告知上级主管部门",
        "enter_act": "登记所涉行政行为",
        "enter_remedy": "登记行政复议、行政诉讼",
        "end_remedy": "登记复议、诉讼终结",
        "verify_rectification": "核验整改",
        "propose_closing": "提请结项",
        "approve_closing": "批准结项",
        "return_closing": "退回结项申请",
        "suspend": "中止办理",
        "resume": "恢复办理",
        "look_back": "开展回头看",
        "reopen": "重新办理",
        "order_from_above": "提级督办",
        "export": "导出监督事项",
    },
    "delivery": {"open": "签收文书", "read": "查看已送达文书", "download": "下载已送达文书"},
    "reply": {
        "draft": "起草书面报告",
        "submit": "提交书面报告送审",
        "approve": "审定并报送书面报告",
        "read": "查看书面报告草稿",
        "read_submitted": "查看已报送的书面报告",
    },
    "extension": {"request": "申请延期", "decide": "审批延期申请", "read": "查看延期申请"},
    "objection": {"raise": "提出异议", "decide": "对异议作出处理", "read": "查看异议"},
    "report": {
        "draft": "起草向政府的报告",
        "send": "向政府报告",
        "withdraw": "撤回向政府的报告",
        "read": "查看向政府的报告",
        "list": "查看报告清单",
    },
    "decision": {
        "list": "查看监督决定清单",
        "read": "查看监督决定",
        "decline": "决定不作出监督决定",
        "return_report": "退回报告要求补充",
        "issue": "制发监督决定书",
        "serve": "送达监督决定书",
        "report_execution": "报告监督决定执行情况",
        "verify_execution": "核验监督决定执行情况",
        "decide_objection": "处理对监督决定的异议",
    },
    "circular": {"list": "查看通报清单", "read": "查看通报", "issue": "印发通报", "discard": "决定不印发通报"},
    "accountability": {
        "list": "查看责任追究清单",
        "read": "查看责任追究",
        "propose": "提出责任追究",
        "amend": "补充责任追究的事实和建议",
        "drop": "决定不予追究",
        "notify": "告知拟作的处理",
        "record_hearing": "记录听取陈述申辩",
        "not_uphold": "认定追究不成立",
        "serve": "送达责任追究文书",
        "carry_out": "记录处理落实",
        "insist": "再次建议处理",
        "close": "办结责任追究",
        "read_notice": "查看送达的责任追究文书",
        "open_notice": "签收责任追究文书",
        "state_defence": "陈述和申辩",
        "answer_proposal": "反馈责任追究建议的处理结果",
        "record_training": "登记离岗培训完成情况",
        "request_review": "申请复核",
        "request_appeal": "申诉",
        "decide_review": "对复核申请作出决定",
        "decide_appeal": "对申诉作出决定",
    },
    "deadline": {"read": "查看期限", "urge": "发送催办", "override": "调整期限", "run_step": "执行到期步骤"},
    "organ": {"list": "查看单位名录", "read": "查看单位", "manage": "维护单位"},
    "relation": {"read": "查看监督关系", "manage": "维护监督关系"},
    "account": {"read": "查看账号", "manage": "维护账号", "unlock": "解除账号锁定", "reset_password": "重置密码"},
    "delegation": {
        "read": "查看代行授权", "propose": "提出代行授权", "withdraw": "撤回代行授权", "approve": "核准代行授权",
        "reject": "不予核准代行授权",
        "end": "提前终止代行授权",
    },
    "rulebook": {"read": "查看规则", "manage": "调整规则"},
    "calendar": {"read": "查看工作日历", "import": "导入工作日历"},
    "audit": {"read": "查询审计记录", "export": "导出审计记录"},
    "dead_letter": {"read": "查看未完成任务", "replay": "重新执行任务"},
    "system": {"read": "查看系统运行状态"},
    "link": {
        "read": "查看对接系统", "manage": "维护对接系统", "repair": "取新内容、对账、修复差异",
        "replay": "重新送出对接内容", "settle": "处理与名册的差异",
        "retry": "重新接收没有接收的内容",
    },
    # Recusal and the interests that lead to it.
    "recusal": {
        "declare": "申报回避",
        "apply": "申请承办人回避",
        "order": "决定责令回避",
        "decide": "决定是否回避",
        "lift": "解除回避",
        "confirm_step": "确认回避前的办理行为",
        "read": "查看回避申报和决定",
        "list": "查看回避清单",
    },
    "interest": {
        "declare": "申报利害关系",
        "end": "终止利害关系申报",
        "read": "查看利害关系申报",
        "list": "查看本单位的利害关系申报",
        "unmask": "查看近亲属姓名原文",
        "clear": "书面确认没有利害关系",
    },
    "evidence": {"read": "查看证据", "unmask": "查看证据原文"},
    "statistics": {"read": "查看统计", "export": "导出统计"},
    # Leader's page.
    "overview": {"read": "查看一页概览", "export": "生成简报、导出对比表"},
    # Registers.
    "officer": {
        "list": "查看执法人员名册",
        "read": "查看执法人员档案",
        "read_own": "查看本人的证件和培训",
        "add": "新增执法人员",
        "change": "修改执法人员档案",
        "leave": "登记执法人员离岗",
        "transfer": "登记执法人员调动",
        "enter_training": "登记培训学时",
        "enter_examination": "登记资格考试",
        "import": "导入执法人员",
        "export": "导出执法人员",
        "unmask": "查看公民身份号码",
        "warn": "提示证件到期和培训学时",
    },
    "enforcement_body": {"list": "查看执法主体名录", "read": "查看执法主体", "manage": "维护执法主体"},
    # Licensing and the bar.
    "licence": {
        "list": "查看证件申请清单",
        "read": "查看证件申请",
        "apply": "申请证件",
        "withdraw": "撤回证件申请",
        "check": "审查证件申请",
        "approve": "批准证件申请",
        "refuse": "不予批准证件申请",
        "issue": "制发证件",
        "suspend_certificate": "暂扣证件",
        "restore_certificate": "恢复证件",
        "return_certificate": "收回证件",
    },
    "qualification_bar": {"list": "查看资格取消与限期"},
}  # fmt: skip


def _labels() -> dict[tuple[str, str], str]:
    labels = {(kind, action): text for kind, actions in _PLAIN.items() for action, text in actions.items()}
    for kind, name in INSTRUMENT_NAMES.items():
        labels |= {(f"instrument:{kind}", verb): text + name for verb, text in _INSTRUMENT_VERBS.items()}
    for kind, name in REFERRAL_NAMES.items():
        labels |= {(f"referral:{kind}", verb): text + name for verb, text in _REFERRAL_VERBS.items()}
    for acts in (_FOLLOW_UP, OUTSIDE, RECORD_ACTS, REPORTING_ACTS):
        labels |= {(kind, action): text for kind, actions in acts.items() for action, text in actions.items()}
    labels |= {(f"accountability:{key}", "impose"): f"对单位给予{name}" for key, name in ORGAN_MEASURES.items()}
    for key, name in PERSON_MEASURES.items():
        labels[f"accountability:{key}", "recommend"] = f"建议对人员给予{name}"
        labels[f"accountability:{key}", "impose"] = f"对人员给予{name}"
    labels[f"accountability:{CANCELLATION}", "impose"] = "取消行政执法资格"
    labels |= {(f"accountability:{key}", "refer"): name for key, name in REFERRALS.items()}
    labels |= {(f"decision:{kind}", "decide"): f"作出{name}的监督决定" for kind, name in DECISION_NAMES.items()}
    return labels


LABELS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(_labels())
"""(kind, action) → Chinese label of the act, a verb with its object."""

ORGAN_CLASSES: Final = frozenset(ORGAN_CLASS_LABELS)
ROLES: Final = frozenset(ROLE_LABELS)
MACHINES: Final = frozenset({"api_key", "system"})
"""Roles that no post has: what acts there is no person."""
RELATIONS: Final = frozenset(RELATION_LABELS)
STANDINGS: Final = frozenset(STANDING_LABELS)
KINDS: Final = frozenset(kind for kind, _ in LABELS)
ACTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {kind: tuple(action for k, action in LABELS if k == kind) for kind in dict.fromkeys(k for k, _ in LABELS)}
)
"""Kind → the actions that belong to it, in the order of the procedure."""


def label(kind: str, action: str) -> str:
    """What the act is called on pages and in refusals; KeyError when the action does not belong to the kind."""
    return LABELS[kind, action]
