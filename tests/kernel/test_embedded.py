"""The embedded PostgreSQL is really started, killed and started again here."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kernel.embedded import EmbeddedServer, Server
from kernel.processes import EmbeddedError, major_version, usable_binaries

AS_ROOT = os.geteuid() == 0

LAUNCHER = """
import sys, time
from pathlib import Path
from kernel.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1])).start()
print(server.url("postgres"), flush=True)
time.sleep(600)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's user can enter; pytest's own temporary folders are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="zhunsheng-embedded-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def launch(home: Path) -> tuple[subprocess.Popen[str], str]:
    """Another process that starts (or joins) the server below `home` and then waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "platform")},
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url.startswith("postgresql://")
    return process, url


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def insert(url: str, number: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table if not exists kept (number int)")
        connection.execute("insert into kept values (%s)", (number,))


def numbers(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("select number from kept order by number")]


def postmaster(server: Server) -> int:
    return int((server.data_dir / "postmaster.pid").read_text().splitlines()[0])


def gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


def test_data_outlives_a_killed_launcher_and_the_server_shuts_down_cleanly(home: Path) -> None:
    process, url = launch(home)
    insert(url, 1)
    log = home / "postgres" / "server.log"
    kill(process)
    second = EmbeddedServer(home)
    with second as server:
        assert "database system is shut down" in log.read_text()
        assert "not properly shut down" not in log.read_text()
        assert second.owned
        assert numbers(server.url("postgres")) == [1]
        assert server.url("postgres") == url, "the port and the password stay the same"


def test_a_second_process_attaches_and_does_not_stop_the_server(home: Path) -> None:
    first = EmbeddedServer(home)
    with first as server:
        second = EmbeddedServer(home)
        assert second.start() == server
        assert not second.owned
        second.stop()
        insert(server.url("postgres"), 1)
        pid = postmaster(server)
    assert gone(pid)


def test_it_outlives_the_thread_that_started_it_and_has_its_own_session(home: Path) -> None:
    embedded = EmbeddedServer(home)
    started: list[Server] = []
    thread = threading.Thread(target=lambda: started.append(embedded.start()))
    thread.start()
    thread.join()
    time.sleep(0.3)
    try:
        insert(started[0].url("postgres"), 1)
        pid = postmaster(started[0])
        assert os.getsid(pid) == pid, "Ctrl-C in the terminal must not reach the server before its users"
    finally:
        embedded.stop()


def test_a_pid_file_that_names_a_stranger_does_not_block_the_start(home: Path) -> None:
    with EmbeddedServer(home) as server:
        insert(server.url("postgres"), 1)
        stale = (server.data_dir / "postmaster.pid").read_text().splitlines()
    stale[0] = str(os.getpid())
    (home / "postgres" / "data" / "postmaster.pid").write_text("\n".join(stale) + "\n")
    with EmbeddedServer(home) as server:
        assert numbers(server.url("postgres")) == [1]


def test_a_killed_initdb_leaves_nothing_half_made(home: Path) -> None:
    (home / "postgres" / "data.new").mkdir(parents=True)
    (home / "postgres" / "data.new" / "PG_VERSION").write_text("18\n")
    (home / "postgres").chmod(0o711)
    with EmbeddedServer(home) as server:
        insert(server.url("postgres"), 1)
    assert not (home / "postgres" / "data.new").exists()


def test_it_asks_for_the_password_listens_on_loopback_and_knows_chinese(home: Path) -> None:
    with EmbeddedServer(home) as server:
        wrong = Server(server.host, server.port, server.superuser, "wrong", server.data_dir)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong.url("postgres"))
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("create extension pg_trgm")
            row = connection.execute(
                "select current_setting('listen_addresses'), current_setting('password_encryption'),"
                " cardinality(show_trgm('违法占用耕地')), current_setting('fsync')"
            ).fetchone()
        assert row is not None
        assert row[:2] == ("127.0.0.1", "scram-sha-256")
        assert row[2] > 0
        assert row[3] == "on"
        assert stat.S_IMODE((home / "postgres" / "server.json").stat().st_mode) == 0o600
        assert stat.S_IMODE((home / "postgres" / "server.log").stat().st_mode) == 0o600
        assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
        assert (server.data_dir.stat().st_uid != 0) or not AS_ROOT


def test_the_modes_of_existing_folders_stay(home: Path) -> None:
    """A normal user works in a private folder. Root's server cannot enter it, says so, and opens nothing."""
    private = home / "private"
    private.mkdir(mode=0o700)
    embedded = EmbeddedServer(private / "home")
    if AS_ROOT:
        with pytest.raises(EmbeddedError, match=f"cannot enter {private}"):
            embedded.start()
    else:
        embedded.start()
        embedded.stop()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_data_of_another_version_is_refused_with_advice(home: Path) -> None:
    with EmbeddedServer(home) as server:
        version_file = server.data_dir / "PG_VERSION"
    version_file.write_text("14\n")
    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 14.*pg_upgrade"):
        EmbeddedServer(home).start()


def test_a_lost_password_file_is_said(home: Path) -> None:
    with EmbeddedServer(home):
        pass
    (home / "postgres" / "server.json").unlink()
    with pytest.raises(EmbeddedError, match=r"server\.json.* is gone"):
        EmbeddedServer(home).start()


def test_what_postgresql_said_is_shown_when_it_does_not_start(home: Path) -> None:
    with pytest.raises(EmbeddedError, match="unrecognized configuration parameter"):
        EmbeddedServer(home, settings={"no_such_setting": "1"}).start()


def test_other_binaries_can_be_chosen_and_are_checked(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel.processes import choose_user

    user = choose_user(home / "none")
    wheel = usable_binaries(None, user)
    monkeypatch.setenv("ZHUNSHENG_PG_BIN", str(wheel))
    assert usable_binaries(None, user) == wheel
    assert major_version(wheel) >= 18
    with pytest.raises(EmbeddedError, match="no postgres and no initdb"):
        usable_binaries(tmp_path, user)


def test_an_ephemeral_server_is_fast_and_leaves_nothing() -> None:
    embedded = EmbeddedServer.ephemeral()
    server = embedded.start()
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute("select current_setting('fsync'), current_setting('full_page_writes')").fetchone()
    assert row == ("off", "off")
    embedded.stop()
    assert not server.data_dir.parent.parent.exists()


def test_addresses_are_quoted() -> None:
    server = Server("127.0.0.1", 5433, "postgres", "a/b@c", Path("/nowhere"))
    assert server.url("准绳") == "postgresql://postgres:a%2Fb%40c@127.0.0.1:5433/%E5%87%86%E7%BB%B3"
    assert server.url("x", "app", "p") == "postgresql://app:p@127.0.0.1:5433/x"
    assert server.url("x", "app") == "postgresql://app@127.0.0.1:5433/x"


@pytest.mark.drill
def test_drill_nothing_committed_is_lost_under_repeated_kills(home: Path) -> None:
    """By turns the launcher and the server itself are killed at once after a commit; every row is there."""
    expected = []
    for round_number in range(12):
        process, url = launch(home)
        insert(url, round_number)
        expected.append(round_number)
        if round_number % 2:
            pid = int((home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
        kill(process)
    with EmbeddedServer(home) as server:
        assert numbers(server.url("postgres")) == expected


@pytest.mark.drill
def test_drill_many_processes_that_start_together_share_one_server(home: Path) -> None:
    pairs = []
    threads = [threading.Thread(target=lambda: pairs.append(launch(home))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len({url for _, url in pairs}) == 1
    finally:
        for process, _ in pairs:
            kill(process)
