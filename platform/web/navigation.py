"""Where each role may go: the side navigation, the phone's bar and the home page (interface guide, section 9). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SUPERVISING = frozenset({"supervisor", "supervision_leader"})
SUPERVISED = frozenset({"organ_head", "contact", "legal_officer"})
LEADER = frozenset({"government_leader"})
CASEWORK = SUPERVISING | LEADER
RECUSING = SUPERVISING | SUPERVISED | LEADER
INTERNAL = frozenset({"internal_supervision"})
"""Not a role but a place: the legal-affairs unit and the head of an organ that supervises itself and its line (Arts.
2(2), 5, 12)."""
BUREAU = frozenset({"bureau"})
"""A place too: a justice department, whose supervisors report to the government and propose accountability (Arts. 20,
21). Those of another department supervise inside it and its line."""
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
EVERYBODY = frozenset(
    SUPERVISING | SUPERVISED | LEADER | {"judicial_assistant", "enforcement_officer", "social_supervisor"}
)


@dataclass(frozen=True, slots=True)
class Destination:
    """One place of the navigation. `key` names its counter, `phone` is its short name in the phone's bar. A place
    `under` another one is reached from the head of that one's pages, where its reader has that one."""

    label: str
    href: str
    icon: str
    roles: frozenset[str]
    caption: str = ""
    key: str = ""
    phone: str = ""
    tone: str = ""
    under: str = ""


FOLLOWING = CASEWORK | SUPERVISED
FIGURING = CASEWORK | {"legal_officer", "organ_head"}
OFFICER = frozenset({"enforcement_officer"})
DESTINATIONS = (
    Destination("我的证件", "/me/certificate", "certificate", OFFICER, phone="证件"),
    Destination("一页概览", "/overview", "table", LEADER, phone="概览"),
    Destination("待我决定", "/reports", "gavel", LEADER, key="report", phone="决定"),
    Destination("工作台", "/desk", "dashboard", EVERYBODY - OFFICER, phone="工作台"),
    Destination("期限与催办", "/deadlines", "calendar-due", CASEWORK, key="due", tone="overdue"),
    Destination("重大逾期", "/escalations", "megaphone", SUPERVISING, "", "escalation", "", "overdue", "/deadlines"),
    Destination("线索池", "/clues", "inbox", SUPERVISING | INTERNAL, "监督办案", "clue", "线索"),
    Destination("模型预警", "/checks", "shield-check", BUREAU, "监督办案", under="/clues"),
    Destination("畸轻畸重", "/checks/outliers", "scales", BUREAU, "监督办案", under="/clues"),
    Destination("规则模型", "/checks/models", "list-check", BUREAU, "监督办案", under="/clues"),
    Destination("线索统筹", "/channels", "filter", SUPERVISING | INTERNAL, "监督办案", under="/clues"),
    Destination("线索统筹", "/channels", "filter", LEADER, under="/overview"),
    Destination("反映线索", "/channels/social/new", "inbox", frozenset({"social_supervisor"}), phone="线索"),
    Destination("线索登记", "/clues", "inbox", frozenset({"judicial_assistant"}), "监督办案", "clue", "线索"),
    Destination("协助事项", "/matters", "folders", frozenset({"judicial_assistant"}), "监督办案", "matter", "事项"),
    Destination("监督事项", "/matters", "folders", CASEWORK | INTERNAL, "监督办案", "matter", "事项"),
    Destination("执法案件", "/records", "clipboard", FOLLOWING, "监督办案", under="/clues"),
    Destination("文书与送达", "/instruments", "document-seal", CASEWORK | INTERNAL, "监督办案", "instrument"),
    Destination("报告与决定", "/reports", "report", BUREAU, "监督办案", "report"),
    Destination("决定书", "/decisions", "gavel", BUREAU | LEADER, under="/reports"),
    Destination("收到的文书", "/inbox", "mail", SUPERVISED, "接受监督", "inbox", "文书"),
    Destination("收到的询问", "/questions", "mail-open", SUPERVISED, "接受监督", under="/inbox"),
    Destination("责任追究", "/accountability", "shield-lock", BUREAU | LEADER, "责任与人员", "accountability"),
    Destination(
        "收到的追责文书", "/accountability/received", "shield-lock", SUPERVISED | OFFICER, "责任与人员", phone="追责",
        under="/accountability",
    ),
    Destination(
        "移送、反映与表彰", "/referrals", "shield-check", FOLLOWING, "责任与人员", under="/accountability"
    ),
    Destination("对监督人员的反映", "/conduct", "shield-check", EVERYBODY - FOLLOWING, "责任与人员"),
    Destination("人员与证件", "/officers", "id-badge", SUPERVISING | SUPERVISED, "责任与人员", phone="人员"),
    Destination(
        "证件申请", "/licences", "certificate", SUPERVISING | SUPERVISED | OFFICER, "责任与人员", "licence", "申请",
        under="/officers",
    ),
    Destination("回避与利益申报", "/recusals", "user-check", RECUSING, "责任与人员", "recusal", under="/officers"),
    Destination("统计指标", "/figures", "chart", FIGURING, "统计与报送", "reporting"),
    Destination("统计报表", "/returns", "table", SUPERVISED | SUPERVISING, "统计与报送", "return", under="/figures"),
    Destination(
        "年度报告与计划", "/annual", "report", SUPERVISING | SUPERVISED, "统计与报送", "annual", under="/figures",
    ),
    Destination("年度监督计划", "/plans", "list-check", SUPERVISING | LEADER, "监督办案", under="/matters"),
    Destination("报送情况", "/returns/board", "list-check", LEADER, "统计与报送", under="/figures"),
    Destination("账号", "/accounts", "users", frozenset({"system_admin", "security_admin"}), "", "", "账号"),
    Destination("接口密钥", "/api-keys", "key", frozenset({"system_admin", "security_admin"})),
    Destination("网络回调", "/webhooks", "send", frozenset({"system_admin", "security_admin"}), under="/api-keys"),
    Destination("通知渠道", "/notice-channels", "mail", frozenset({"system_admin"}), under="/api-keys"),
    Destination("代行授权", "/delegations", "swap", frozenset({"security_admin", "audit_admin"}), "", "", "代行"),
    Destination("对接系统", "/links", "swap", frozenset({"system_admin"}), "", "", "对接"),
    Destination("对接系统", "/links", "swap", SUPERVISING, "统计与报送", under="/figures"),
    Destination("运行状态", "/admin/status", "chart", frozenset({"system_admin"}), "", "", "状态"),
    Destination("未完成任务", "/dead-letters", "dead-letter", frozenset({"system_admin"}), "", "dead", "任务"),
    Destination("单位与监督关系", "/organs", "sitemap", EVERYBODY | ADMINISTRATORS, "单位与依据", phone="单位"),
    Destination("依据与规则", "/rules", "book", EVERYBODY | ADMINISTRATORS, "单位与依据", phone="规则"),
    Destination("审计查询", "/audit", "fingerprint", frozenset({"audit_admin"}), "", "", "审计"),
)  # fmt: skip
HOMES = (
    (frozenset({"audit_admin"}), "/audit"),
    (frozenset({"system_admin", "security_admin"}), "/accounts"),
    (LEADER, "/overview"),
    (SUPERVISING, "/desk"),
    (SUPERVISED, "/inbox"),
    (frozenset({"enforcement_officer"}), "/me/certificate"),
)


SELF_SUPERVISING = frozenset({"department", "vertical_body", "justice_department"})


def reach(roles: frozenset[str], organ_class: str) -> frozenset[str]:
    """The roles with the places that they have by their organ: a township's head supervises nobody, a department's
    legal officer supervises inside it, a justice department's supervisor is of the bureau."""
    internal = organ_class in SELF_SUPERVISING and roles & {"legal_officer", "organ_head"}
    bureau = organ_class == "justice_department" and roles & SUPERVISING
    return roles | (INTERNAL if internal else frozenset()) | (BUREAU if bureau else frozenset())


def _reached(roles: frozenset[str]) -> dict[str, Destination]:
    """Every place of somebody with these roles, each address once."""
    seen: dict[str, Destination] = {}
    for destination in DESTINATIONS:
        if destination.roles & roles:
            seen.setdefault(destination.href, destination)
    return seen


def open_to(roles: frozenset[str]) -> list[Destination]:
    """The places of the side navigation for somebody with these roles: what is not under another one of his."""
    reached = _reached(roles)
    found = [one for one in reached.values() if one.under not in reached]
    if roles & {"audit_admin"}:
        return sorted(found, key=lambda d: d.href != "/audit")
    return found


def everything(roles: frozenset[str]) -> list[Destination]:
    """Every place of somebody with these roles, those under others too: for the page 我的."""
    return list(_reached(roles).values())


def section(roles: frozenset[str], active: str, counters: dict[str, int]) -> list[dict[str, Any]]:
    """The places side by side with `active`, the place above them first; empty where it stands alone."""
    reached = _reached(roles)
    head = _head(reached, active)
    places = [one for one in reached.values() if head in (one.href, one.under)]
    if len(places) < 2:
        return []
    return [
        {"label": one.label, "href": one.href, "current": one.href == active, "count": counters.get(one.key) or None}
        for one in sorted(places, key=lambda one: one.href != head)
    ]


def _head(reached: dict[str, Destination], active: str) -> str:
    """The address in the side navigation under which `active` lies."""
    place = reached.get(active)
    return place.under if place is not None and place.under in reached else active


def home(roles: frozenset[str]) -> str:
    """The page after logging in."""
    return next((href for wanted, href in HOMES if wanted & roles), "/desk")


def search(roles: frozenset[str]) -> str:
    """Where the search field of the top bar leads; empty for those who have no records to search."""
    if roles & (CASEWORK | INTERNAL | {"judicial_assistant"}):
        return "/matters"
    return "/inbox" if roles & SUPERVISED else ""


def side(roles: frozenset[str], active: str, counters: dict[str, int]) -> list[dict[str, Any]]:
    """Groups of the side navigation; `active` is the address of the present section."""
    groups: dict[str, list[dict[str, Any]]] = {}
    head = _head(_reached(roles), active)
    for one in open_to(roles):
        groups.setdefault(one.caption, []).append(
            {
                "label": one.label,
                "href": one.href,
                "icon": one.icon,
                "active": one.href == head,
                "key": one.key,
                "counter": counters.get(one.key) or "",
                "tone": one.tone,
            }
        )
    return [{"caption": caption, "items": items} for caption, items in groups.items()]


def bottom(roles: frozenset[str], active: str, counters: dict[str, int]) -> list[dict[str, Any]]:
    """The phone's bar: three destinations of the role, messages, and everything else under 我的."""
    chosen = [d for d in open_to(roles) if d.phone][:3]
    items = [
        {"label": d.phone, "href": d.href, "icon": d.icon, "active": d.href == active, "key": "", "counter": ""}
        for d in chosen
    ]
    if not roles & ADMINISTRATORS:
        unread = counters.get("bell") or ""
        bell = {"label": "消息", "href": "/notices", "icon": "bell", "active": active == "/notices"}
        items.append({**bell, "key": "bell", "counter": unread})
    items.append({"label": "我的", "href": "/me", "icon": "user", "active": active == "/me", "key": "", "counter": ""})
    return items
