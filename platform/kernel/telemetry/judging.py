"""What the state means: a light and a sentence for each part, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from kernel.telemetry.signs import Sign
from kernel.telemetry.state import State


class Light(StrEnum):
    """green: as it should be; yellow: look at it; red: act now."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


WORST: Final = {Light.GREEN: 0, Light.YELLOW: 1, Light.RED: 2}
KINDS: Final = {"web": "网页服务", "relay": "任务转发", "worker": "任务处理", "scheduler": "定时调度"}
WITHOUT: Final = {
    "web": "请检查网页服务进程。",
    "relay": "后台任务暂时不会执行，但不会丢失。请启动 zhunsheng relay，或者重新启动 zhunsheng up。",
    "worker": "后台任务暂时不会执行，但不会丢失。请启动 zhunsheng worker，或者重新启动 zhunsheng up。",
    "scheduler": "期限检查和审计封存已停止。请启动 zhunsheng scheduler，或者重新启动 zhunsheng up。",
}
JOBS: Final = {
    "sweep_deadlines": "期限检查",
    "draft_circulars": "起草月度通报",
    "warn_registers": "提示证件到期和培训学时",
    "open_returns": "开统计报表",
    "remind_returns": "统计报表提醒",
    "end_sessions": "清理过期登录",
    "watch_referrals": "提示移送期限",
    "watch_conduct": "提示对监督人员反映的办理期限",
    "pull_hotline": "接收12345热线工单",
    "refresh_scope": "更新监督范围",
    "keep_audit_heads": "上级留存封存头",
    "check_audit": "核验审计记录",
    "fold_figures": "汇总统计数字",
    "sweep_links": "检查对接系统的待送内容",
    "pull_links": "取对接系统的新内容",
    "reconcile_links": "与对接系统对账",
    "recount_figures": "核对统计数字",
    "check_stock": "运行规则模型",
    "weekly_briefs": "起草监督周报",
    "follow_annual": "年度报告、计划的提醒和公开核对",
    "wake_notices": "重试通知，发送免打扰时段的汇总",
    "tell_webhooks": "网络回调",
    "lift_bars": "解除到期的重新申领限制",
    "end_suspensions": "恢复暂扣期满的证件",
    "forget_answers": "清理重复提交的答复",
}
LAG_YELLOW, LAG_RED = 60.0, 600.0
SEALING_YELLOW, SEALING_RED = 10.0, 60.0
LATE_FIRING: Final = timedelta(minutes=5)
BACKUP_YELLOW, BACKUP_RED = timedelta(hours=26), timedelta(hours=50)
LOG_YELLOW, LOG_RED = timedelta(minutes=2), timedelta(minutes=15)
CHECK_YELLOW: Final = timedelta(hours=50)
DISK_YELLOW, DISK_RED = 0.20, 0.08
KEY_YEARS: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the installation. `advice` is empty while the light is green."""

    key: str
    name: str
    light: Light
    fact: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Firing:
    """One periodic job. `last` None: never fired; `next_at` None: no scheduler says."""

    job: str
    name: str
    last: datetime | None
    next_at: datetime | None
    light: Light


def lines(state: State) -> list[Line]:
    """The parts of the installation, in the order of the page."""
    return [
        *(_process(kind, state.signs) for kind in KINDS),
        _queue(state),
        _dead_letters(state),
        _schedule(state),
        _sealing(state),
        _verification(state),
        _backup(state),
        _migration(state),
        _versions(state),
        _disk(state),
        _keys(state),
    ]


def worst(found: Iterable[Light]) -> Light:
    return max(found, key=WORST.__getitem__, default=Light.GREEN)


def _graded(value: float, yellow: float, red: float) -> Light:
    return Light.RED if value >= red else Light.YELLOW if value >= yellow else Light.GREEN


def span(seconds: float) -> str:
    """3 分钟: a length in the largest unit that says enough."""
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= size * 2:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} 秒"


def size(count: float) -> str:
    """1.5 GB"""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"


def _process(kind: str, signs: Iterable[Sign]) -> Line:
    mine = [sign for sign in signs if sign.kind == kind]
    living = [sign for sign in mine if sign.alive]
    if living:
        newest = min(sign.silent_seconds for sign in living)
        fact = f"{len(living)} 个进程在运行，{span(newest)}前有活动"
        silent = len(mine) - len(living)
        if silent:
            advice = "异常退出的进程一天后不再显示。请确认它已经重新启动。"
            return Line(kind, KINDS[kind], Light.YELLOW, f"{fact}；{silent} 个进程没有音信", advice)
        return Line(kind, KINDS[kind], Light.GREEN, fact)
    if mine:
        fact = f"没有进程在运行，最后活动在 {span(min(sign.silent_seconds for sign in mine))}前"
    else:
        fact = "没有进程在运行"
    return Line(kind, KINDS[kind], Light.RED, fact, WITHOUT[kind])


def _queue(state: State) -> Line:
    queue = state.queue
    light = _graded(queue.oldest_seconds, LAG_YELLOW, LAG_RED)
    fact = f"等待 {queue.waiting} 项，办理中 {queue.under_way} 项"
    if light is Light.GREEN:
        return Line("queue", "任务队列", light, fact)
    advice = "请先查看任务转发和任务处理进程；进程都正常时，可以增加 zhunsheng worker 的数量。"
    return Line("queue", "任务队列", light, f"{fact}，最早的已等待 {span(queue.oldest_seconds)}", advice)


def _dead_letters(state: State) -> Line:
    number = state.queue.dead_letters
    if not number:
        return Line("dead_letters", "未完成任务", Light.GREEN, "没有")
    advice = "请在“未完成任务”中查看原因，排除后重新执行。"
    return Line("dead_letters", "未完成任务", Light.YELLOW, f"{number} 项", advice)


def firings(state: State) -> list[Firing]:
    """Each periodic job with its last and next firing."""
    told: dict[str, dict[str, Any]] = {}
    for sign in state.signs:
        if sign.alive:
            told |= {item["job"]: item for item in sign.figures.get("facts", {}).get("schedule", [])}
    found = []
    for job in sorted(
        told.keys() | state.fired.keys(), key=lambda name: (list(JOBS).index(name) if name in JOBS else 99, name)
    ):
        last = state.fired.get(job)
        said = told.get(job)
        next_at = datetime.fromisoformat(said["next"]) if said else None
        # What is due often must have fired lately; the rest is judged by its announced next time.
        every = int(said["every"]) if said else 0
        since = (state.at - last) if last else None
        late = bool(every) and since is not None and since > timedelta(seconds=2 * every) + LATE_FIRING
        late = late or (next_at is not None and state.at - next_at > LATE_FIRING)
        found.append(Firing(job, JOBS.get(job, job), last, next_at, Light.RED if late else Light.GREEN))
    return found


def _schedule(state: State) -> Line:
    found = firings(state)
    late = [firing.name for firing in found if firing.light is not Light.GREEN]
    if late:
        return Line("schedule", "定时任务", Light.RED, f"没有按时执行：{'、'.join(late)}", "请检查定时调度进程。")
    if not found:
        return Line(
            "schedule", "定时任务", Light.YELLOW, "还没有执行过", "新安装的系统请等待一分钟；之后请检查定时调度进程。"
        )
    return Line("schedule", "定时任务", Light.GREEN, f"{len(found)} 项都按时执行")


def _sealing(state: State) -> Line:
    seconds = state.sealing.oldest_seconds
    light = _graded(seconds, SEALING_YELLOW, SEALING_RED)
    if light is Light.GREEN:
        return Line("sealing", "审计封存", light, "没有积压")
    advice = "审计记录没有丢失，但尚未封存。请检查定时调度进程，并查看其日志。"
    return Line("sealing", "审计封存", light, f"最早的记录已等待封存 {span(seconds)}", advice)


def _verification(state: State) -> Line:
    name, at = "审计核验", state.sealing.checked_at
    if state.sealing.findings:
        fact = f"最近一次核验发现 {state.sealing.findings} 处不符"
        return Line(
            "verification", name, Light.RED, fact, "请立即通知审计管理员，不要重新启动或者恢复数据库，保留现场。"
        )
    if at is None:
        return Line(
            "verification",
            name,
            Light.YELLOW,
            "还没有核验过",
            "每天 2 时 40 分自动核验，也可以运行 zhunsheng audit verify。",
        )
    age = state.at - at
    fact = f"{span(age.total_seconds())}前核验，全部相符"
    if age > CHECK_YELLOW:
        return Line("verification", name, Light.YELLOW, fact, "每天应核验一次。请检查定时调度和任务处理进程。")
    return Line("verification", name, Light.GREEN, fact)


def _backup(state: State) -> Line:
    name, backup = "备份", state.backup
    if backup is None or not backup.folder:
        advice = "请设置 ZHUNSHENG_BACKUP_DIR 和 ZHUNSHENG_BACKUP_KEY。由其他主机或者数据库管理员备份的，请向其核实。"
        return Line("backup", name, Light.YELLOW, "本机没有备份", advice)
    if backup.trouble:
        return Line("backup", name, Light.RED, backup.trouble, "备份会自动重试。请排除故障后查看本页。")
    if backup.base_ended_at is None:
        return Line(
            "backup",
            name,
            Light.YELLOW,
            "第一次完整备份还没有完成",
            "请稍后再看；长时间没有完成时查看 logs/backup.log。",
        )
    base, log = state.at - backup.base_ended_at, state.at - (backup.wal_at or backup.base_ended_at)
    fact = f"完整备份在 {span(base.total_seconds())}前，日志备份到 {span(log.total_seconds())}前"
    light = worst(
        [_aged(base, BACKUP_YELLOW, BACKUP_RED), _aged(log, LOG_YELLOW, LOG_RED) if backup.seen_at else Light.GREEN]
    )
    return Line("backup", name, light, fact, "" if light is Light.GREEN else "请检查备份进程和备份存储。")


def _aged(age: timedelta, yellow: timedelta, red: timedelta) -> Light:
    return Light.RED if age > red else Light.YELLOW if age > yellow else Light.GREEN


def _migration(state: State) -> Line:
    if state.revision == state.head:
        return Line("migration", "数据库结构", Light.GREEN, f"版本 {state.revision}，与程序一致")
    fact = f"数据库为 {state.revision or '空'}，程序需要 {state.head}"
    return Line("migration", "数据库结构", Light.RED, fact, "请运行 zhunsheng migrate，完成前不要办理业务。")


def _versions(state: State) -> Line:
    found = sorted({sign.version for sign in state.signs if sign.alive and sign.version})
    if len(found) > 1:
        return Line("version", "程序版本", Light.YELLOW, "、".join(found), "各主机的版本不一致，请完成升级。")
    return Line("version", "程序版本", Light.GREEN, found[0] if found else "未知")


def _disk(state: State) -> Line:
    store = state.store
    share = store.disk_free / store.disk_total if store.disk_total else 1.0
    light = Light.RED if share < DISK_RED else Light.YELLOW if share < DISK_YELLOW else Light.GREEN
    fact = f"数据库 {size(store.database_bytes)}，本机剩余 {size(store.disk_free)}（{share:.0%}）"
    return Line("disk", "存储空间", light, fact, "" if light is Light.GREEN else "请扩大磁盘，或者清理其他程序的文件。")


def _keys(state: State) -> Line:
    if not state.store.keys:
        return Line("keys", "密钥", Light.RED, "没有找到密钥文件", "请检查 secrets 目录是否已挂载、是否可读。")
    oldest = max(state.store.keys.values())
    fact = f"{len(state.store.keys)} 个，最早的{f'已使用 {oldest} 天' if oldest else '今天建立'}"
    if oldest > KEY_YEARS * 365:
        return Line("keys", "密钥", Light.YELLOW, fact, "请与密码应用安全性评估人员商定是否更换。")
    return Line("keys", "密钥", Light.GREEN, fact)
