"""What each figure of a bench has to reach: the bar that a prototype reached, and the aim. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure. `at_least`: more is better; otherwise less is. `keys`: the worst of these counts."""

    bench: str
    keys: tuple[str, ...]
    meaning: str
    chinese: str
    at_least: bool
    bar: float
    aim: float

    def value(self, figures: Mapping[str, Any]) -> float | None:
        """The figure, None when this run did not measure it."""
        found = [float(figures[key]) for key in self.keys if isinstance(figures.get(key), int | float)]
        if not found:
            return None
        return min(found) if self.at_least else max(found)

    def meets(self, value: float, goal: float) -> bool:
        return value >= goal if self.at_least else value <= goal

    def share(self, value: float) -> float:
        """How much of the aim is reached: 1 is the aim, 0 is nothing of it."""
        if self.at_least:
            return value / self.aim if self.aim else 1.0
        if not self.aim:
            return 1.0 if value <= 0 else 0.0
        return self.aim / value if value > 0 else 1.0

    def sign(self, goal: float) -> str:
        return f"{'≥' if self.at_least else '≤'} {number(goal)}"


def number(value: float) -> str:
    """400,000; 0.967; 3: as many digits as say something."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


GOALS: Final = (
    Goal("decisions", ("ratio_to_set_997", "ratio_to_set_18005"),
         "compiled decision ÷ set look-up", "编译后判断 ÷ 集合查找", True, 0.35, 0.6),
    Goal("decisions", ("ratio_to_enforce_997", "ratio_to_enforce_18005"),
         "compiled decision ÷ stock `enforce()`", "编译后判断 ÷ 原生判断", True, 500, 2_000),
    Goal("decisions", ("mismatches",),
         "points where table and Casbin differ", "与 Casbin 不一致", False, 0, 0),
    Goal("decisions", ("stale",),
         "stale allows under change", "变更后仍放行", False, 0, 0),
    Goal("lists", ("worst_ratio",),
         "page under row security ÷ exact index, p50", "清单页 ÷ 直接索引", False, 3.5, 2),
    Goal("lists", ("worst_rare_ratio",),
         "the same in empty and rare scopes", "稀少范围", False, 5, 2.5),
    Goal("lists", ("worst_search_ratio",),
         "the same for a search of two characters", "两字搜索", False, 5, 2.5),
    Goal("lists", ("worst_removed",),
         "index rows removed by filter, worst plan", "过滤掉的索引行", False, 500, 100),
    Goal("lists", ("seq_scans",),
         "sequential scans", "顺序扫描", False, 0, 0),
    Goal("http", ("ratio_to_raw",),
         "JSON endpoint ÷ raw ASGI, same driver", "接口 ÷ 裸 ASGI", True, 0.45, 0.65),
    Goal("http", ("ratio_to_fastapi_orm",),
         "÷ FastAPI + SQLAlchemy ORM", "÷ FastAPI", True, 3, 5),
    Goal("http", ("ratio_to_drf",),
         "÷ Django REST framework", "÷ Django REST", True, 6, 10),
    Goal("http", ("html_to_json",),
         "HTML list page ÷ JSON endpoint", "页面 ÷ 接口", True, 0.3, 0.6),
    Goal("escalate", ("ratio_to_statement",),
         "sweep by four workers ÷ one statement", "催办扫描 ÷ 单条语句", True, 0.6, 0.85),
    Goal("escalate", ("lost",),
         "lost under repeated SIGKILL", "丢失", False, 0, 0),
    Goal("escalate", ("doubled",),
         "doubled under repeated SIGKILL", "重复", False, 0, 0),
    Goal("audit", ("ratio_to_insert",),
         "appends with sealing ÷ plain inserts", "封存写入 ÷ 普通写入", True, 0.9, 0.95),
    Goal("audit", ("max_unsealed_ms",),
         "oldest unsealed entry, ms", "最久未封存（毫秒）", False, 1_000, 300),
    Goal("audit", ("verify_per_s",),
         "entries verified per second", "每秒核验条数", True, 400_000, 1_000_000),
    Goal("bar", ("ratio_to_insert",),
         "applications with the bar's check ÷ plain inserts", "限期核对写入 ÷ 普通写入", True, 0.7, 0.9),
    Goal("bar", ("run_out_s",),
         "10,000 bars run out in one job, s", "一万人限期届满（秒）", False, 60, 20),
    Goal("jobs", ("ratio_to_broker", "ratio_to_postgres", "ratio_to_rabbitmq"),
         "outbox → actor ÷ the broker alone", "任务全程 ÷ 消息队列", True, 0.5, 0.8),
    Goal("rollup", ("read_to_groupby",),
         "the city's report ÷ GROUP BY over the facts", "读取全市统计 ÷ 逐条汇总", False, 0.001, 0.0002),
    Goal("rollup", ("corrections_to_refresh",),
         "1,000 corrections ÷ refreshing a view", "千条更正 ÷ 刷新视图", False, 0.02, 0.0067),
    Goal("rollup", ("write_ratio",),
         "facts written with deltas ÷ without", "带统计写入 ÷ 不带", True, 0.8, 0.9),
    Goal("rollup", ("wrong_cells",),
         "cells that differ from the records", "与记录不符的数字", False, 0, 0),
    Goal("ingest", ("ratio_to_insert_select",),
         "a million records from a file ÷ INSERT … SELECT", "文件导入 ÷ 库内插入", True, 0.4, 0.7),
    Goal("ingest", ("peak_mb",),
         "memory of the import at its peak, MB", "导入内存峰值（MB）", False, 300, 200),
    Goal("ingest", ("replay_changed",),
         "rows changed by the same file again", "重复导入改变的行", False, 0, 0),
    Goal("models", ("scan_ratio",),
         "all rule models over the stock ÷ one scan of it", "全部规则模型 ÷ 扫描一遍", False, 40, 20),
    Goal("models", ("again_changed",),
         "rows that a repeated run changes", "重复运行改变的行", False, 0, 0),
    Goal("documents", ("ratio_to_typst",),
         "PDF of an opinion ÷ bare typst", "文书 PDF ÷ 单纯排版", False, 2, 1.2),
    Goal("startup", ("warm_s",),
         "second start to first page, s", "再次启动（秒）", False, 4, 2),
    Goal("startup", ("fresh_s",),
         "fresh clone to first page, s", "首次安装（秒）", False, 45, 25),
)  # fmt: skip
"""The table of goals, in the order of the page."""


def of(bench: str) -> list[Goal]:
    return [goal for goal in GOALS if goal.bench == bench]
