"""`zhunsheng up`: database, web, relay, scheduler and worker as one process tree."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from cli.children import Child, stop_all
from cli.console import Failed, step, warn
from kernel import settings
from kernel.settings import Settings

if TYPE_CHECKING:
    from cli.installation import Installation

FIRST_PORT = 8000
START_SECONDS = 60.0
STOP_SECONDS = 3.5
TICK = 0.2


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP. Like KeyboardInterrupt no Exception, so that nothing on the way swallows it."""


def up() -> int:
    """Run until Ctrl-C. Exit status 0 after an orderly end, 1 when it could not start."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    known = settings.load()
    began = time.monotonic()
    try:
        with _alone(known) as lock:
            _run(known, lock, began)
    except Stopped:
        print("\n  stopped   已停止", flush=True)
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: from here on nothing interrupts the orderly end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


@contextlib.contextmanager
def _alone(known: Settings) -> Iterator[int]:
    """One launcher a home. The children hold the lock too: after a kill -9 the next start waits for their end."""
    home = known.home_path
    made = not home.exists()
    home.mkdir(parents=True, exist_ok=True)
    if made:
        home.chmod(0o711)
    handle = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = os.pread(handle, 200, 0).decode().split()
                if (holder and Path(f"/proc/{holder[0]}").exists()) or time.monotonic() > deadline:
                    where = f" at {holder[1]}" if len(holder) > 1 else ""
                    raise Failed(f"already running{where} (home {home})   系统已在运行") from None
                time.sleep(0.05)
        _note(handle)
        yield handle
    finally:
        os.close(handle)


def _note(handle: int, address: str = "") -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()} {address}".encode(), 0)


def _run(known: Settings, lock: int, began: float) -> None:
    port = _port(known)
    shown = f"http://{'127.0.0.1' if known.host in ('0.0.0.0', '::') else known.host}:{port}"  # noqa: S104
    web = _child(known, "web", ("cli", "web"), {"ZHUNSHENG_PORT": str(port)}, lock)
    web.told = True
    children = [web]
    with contextlib.ExitStack() as stack:
        if known.backup_dir:
            stack.callback(_last_segment, known)
        # The database goes last: it is stopped when nobody works on it any more.
        database = stack.enter_context(contextlib.ExitStack())
        stack.callback(stop_all, children, STOP_SECONDS)
        # The web server loads its code while the database starts.
        web.start()
        installation = _database(database)
        with step("Web server   网页服务"):
            web.tell(installation.app_url)
            _wait_live(web, known, port)
        environment = installation.environment()
        for role in ("relay", "scheduler", "worker"):
            children.append(_child(known, role, ("jobs", role), environment, lock))
            children[-1].start()
        if known.backup_dir:
            children.append(_archiver(known, environment, lock))
            children[-1].start()
        if known.demo_mode:
            children += _province(known, lock)
        _note(lock, shown)
        _welcome(known, shown, time.monotonic() - began)
        _tend(children)


def _database(stack: contextlib.ExitStack) -> Installation:
    from cli.installation import opened
    from cli.prepare import ensure_ready

    with step("Database   数据库"):
        installation = stack.enter_context(opened())
    ensure_ready(installation)
    return installation


def _tend(children: Sequence[Child]) -> NoReturn:
    while True:
        for child in children:
            for line in child.errors():
                warn(f"{child.name}: {line}")
            child.tend()
        time.sleep(TICK)


def _child(known: Settings, name: str, words: Sequence[str], environment: Mapping[str, str], lock: int) -> Child:
    logs = known.home_path / "logs"
    logs.mkdir(exist_ok=True, mode=0o700)
    inherited = {key: value for key, value in os.environ.items() if key != "ZHUNSHENG_DATABASE_URL"}
    return Child(name, [sys.executable, "-m", *words], {**inherited, **environment}, logs / f"{name}.log", (lock,))


def _province(known: Settings, lock: int) -> list[Child]:
    """The simulated province beside the demo, unless somebody else has its port. Nothing waits for it."""
    from cli.demo.province import HOST, province_port

    with socket.socket() as probe:
        if probe.connect_ex((HOST, province_port())) == 0:
            return []
    made = _child(known, "province", ("cli", "province"), {}, lock)
    made.start()
    return [made]


def _archiver(known: Settings, environment: Mapping[str, str], lock: int) -> Child:
    """The part that backs up. It alone gets the owner's address; a backup that cannot be made stops nobody's work."""
    from cli.backup import store_of

    try:
        store_of(known)
    except Failed as failure:
        warn(str(failure))
    owner = {"ZHUNSHENG_DATABASE_URL": known.database_url} if known.database_url else {}
    return _child(known, "backup", ("cli", "backup", "run"), {**environment, **owner}, lock)


def _last_segment(known: Settings) -> None:
    from cli.backup import ship_rest

    ship_rest(known)


def _port(known: Settings) -> int:
    wanted = [int(known.port)] if known.port else range(FIRST_PORT, FIRST_PORT + 200)
    for port in wanted:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((known.host, port))
            return port
    raise Failed(f"port {known.port} is in use   端口已被占用" if known.port else "no free port from 8000")


def _wait_live(web: Child, known: Settings, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if live(known.host, port):
            return
        said = list(web.errors())
        if said or not web.alive():
            break
        time.sleep(0.02)
    raise Failed(f"the web server did not start:\n{web.tail()}\n(all of it in {web.log})")


def live(host: str, port: int) -> bool:
    """Does the web server answer? A few bytes by hand, because an HTTP client takes longer to import."""
    address = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=2) as connection:
        connection.sendall(f"GET /health/live HTTP/1.0\r\nHost: {address}:{port}\r\n\r\n".encode())
        return b" 200 " in connection.recv(64)
    return False


def _welcome(known: Settings, address: str, seconds: float) -> None:
    print(f"\n  准绳 Zhunsheng   {address}   ({seconds:.1f} s)\n", flush=True)
    if known.demo_mode:
        from cli.demo.show import accounts_text

        print(accounts_text(), flush=True)
    print("\n  Ctrl-C ends it   按 Ctrl-C 结束\n", flush=True)
