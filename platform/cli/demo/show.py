"""The demo accounts as a table for the terminal."""

from __future__ import annotations

from cli.console import table
from cli.demo.people import password, ready_accounts


def accounts_text() -> str:
    rows = [("用户类型", "单位", "账号", "姓名")]
    rows += [(a.kind, a.organ, a.username, f"{a.name}（{a.title}）") for a in ready_accounts()]
    return f"{table(rows)}\n\n  密码（全部演示账号）  {password()}"
