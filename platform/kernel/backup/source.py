"""What is backed up: one installation with its database, files and keys, and the programs that can copy it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kernel.backup.errors import Refused
from kernel.backup.spool import SPOOL
from kernel.processes import choose_user, usable_binaries
from kernel.sealing.rows import Access

EMBEDDED: Final = "embedded"
EXTERNAL: Final = "external"
WANTED: Final = "pg_basebackup"


@dataclass(frozen=True, slots=True)
class Source:
    """An installation whose database answers. `url`: its superuser, or the operator's role that may replicate."""

    url: str = field(repr=False)
    access: Access
    kind: str
    home: Path
    secrets: Path
    audit: Path
    blobs: Path
    city: str
    demo: bool
    role_prefix: str
    external_spool: Path | None = None
    """Where an operator's own PostgreSQL leaves finished segments (archive_command or pg_receivewal)."""

    @property
    def postgres_folder(self) -> Path:
        return self.home / "postgres"

    @property
    def spool(self) -> Path | None:
        return self.postgres_folder / SPOOL if self.kind == EMBEDDED else self.external_spool

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(_plain(self.url), autocommit=True, connect_timeout=10)

    def history(self) -> str:
        """Which line of a database's past this is; a restored database and a promoted standby begin a new one."""
        with self.connect() as connection:
            row = connection.execute(
                "select system_identifier, timeline_id from pg_control_system(), pg_control_checkpoint()"
            ).fetchone()
        assert row is not None
        if self.kind == EMBEDDED:
            state = json.loads((self.postgres_folder / "server.json").read_text())
            return str(state.get("history") or f"{row[0]}")
        return f"{row[0]}-{row[1]}"

    def archiving(self) -> bool:
        """Does the server hand finished segments to us?"""
        if self.spool is None:
            return False
        if self.kind == EXTERNAL:
            return True
        with self.connect() as connection:
            row = connection.execute("show archive_mode").fetchone()
        return row is not None and row[0] != "off"

    def wake(self) -> None:
        """Have the server begin to count archive_timeout now. Its checkpointer starts before the start's recovery has
        ended, takes it that nothing is to be archived, and sleeps for checkpoint_timeout: the first minutes after
        every start would stay on this machine. Any signal wakes it."""
        if self.kind == EMBEDDED:
            with self.connect() as connection:
                connection.execute("select pg_reload_conf()")

    def copier(self) -> tuple[list[str], Mapping[str, str]]:
        """pg_basebackup for this server with its environment. Raises Refused with what is missing."""
        with self.connect() as connection:
            row = connection.execute(
                "select current_setting('server_version_num')::int / 10000, rolsuper or rolreplication"
                " from pg_roles where rolname = current_user"
            ).fetchone()
        assert row is not None
        if not row[1]:
            raise Refused(
                "连接数据库的角色没有复制权限，不能做基础备份。请数据库管理员执行 ALTER ROLE … REPLICATION，"
                "并在 pg_hba.conf 中允许该角色连接 replication；或者由数据库管理员用自己的工具备份数据库，"
                "同时另行备份 blobs/ 与 secrets/。"
            )
        known = conninfo_to_dict(_plain(self.url))
        password = known.pop("password", None)
        known.pop("dbname", None)
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
        environment |= {"PGPASSWORD": str(password)} if password else {}
        program = self._program(int(str(row[0])))
        return [str(program), "--dbname", make_conninfo("", **known)], environment

    def database(self) -> str:
        return unquote(str(conninfo_to_dict(_plain(self.url)).get("dbname", "")))

    def _program(self, major: int) -> Path:
        """Never older than the server, which would refuse it."""
        candidates = [shutil.which(WANTED)]
        if self.kind == EMBEDDED or os.environ.get("ZHUNSHENG_PG_BIN"):
            bin_dir = usable_binaries(None, choose_user(self.postgres_folder / "data"))
            candidates.insert(0, str(bin_dir / WANTED))
        for candidate in candidates:
            if candidate and Path(candidate).exists() and tool_major(candidate) >= major:
                return Path(candidate)
        raise Refused(
            f"找不到 PostgreSQL {major} 的客户端程序 {WANTED}：请安装 postgresql-client-{major}（程序要在 PATH 中），"
            "或者用 ZHUNSHENG_PG_BIN 指出它所在的目录。"
        )


def tool_major(program: str) -> int:
    """15 for `pg_basebackup (PostgreSQL) 15.14 (Debian …)`; 0 when it does not run."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
