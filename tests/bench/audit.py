"""Audit entries written with sealing against plain inserts, and entries verified per second from the database.

Eight clients write durable single-entry transactions into two tables that take turns: the audit trail with its
sealer running, and a twin without the column and the index that sealing needs and without a sealer. Both have the
same row-level security and the same other indexes; the transaction and its signed tenancy are the same. Then a
trail of entries of the usual size, sealed in batches of 5,000, is verified from the database by as many processes
as there are cores.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from multiprocessing.context import SpawnProcess
from multiprocessing.pool import Pool
from pathlib import Path
from uuid import UUID

import psycopg

from kernel import settings
from kernel.embedded import EmbeddedServer
from kernel.provision import app_url, provision
from kernel.sealing import online
from kernel.sealing.rows import Access
from kernel.sealing.sealer import Sealer
from kernel.tenancy import TenancySigner

CLIENTS = 8
ORGANS = 1_000
BATCH = 5_000
INSERT = (
    "insert into {table} (city_id, organ_id, id, at, actor_account_id, actor_post_id, actor_name, actor_title, action,"
    " title, subject_kind, subject_id, thread_id, result, article, rule_id, detail, request_id, origin)"
    " values (%s, %s, gen_random_uuid(), now(), gen_random_uuid(), gen_random_uuid(), '陈明远', '监督科科长',"
    " 'download', '下载督办函 许司执监督〔2026〕5号', 'instrument', gen_random_uuid(), gen_random_uuid(), 'done', '19',"
    " 'supervisor-issue', '{{\"count\": 3}}', '01a20abe845a750e80ca183bd9f05042', '10.31.2.5')"
)
PLAIN, SEALED = "audit_plain", "audit_entry"


def run(*, quick: bool) -> dict[str, object]:
    """`ratio_to_insert` is the median of the rounds' ratios, `max_unsealed_ms` the oldest unsealed entry ever seen."""
    with _trail() as (access, owner):
        figures = _appends(access, owner, rounds=6 if quick else 30, seconds=1.0 if quick else 3.0)
    rows = 100_000 if quick else 1_000_000
    for algorithm in ("sha256", "sm3"):
        with _trail() as (access, owner):
            figures |= _verification(access, owner, rows, algorithm)
    return figures


@contextmanager
def _trail() -> Iterator[tuple[Access, str]]:
    """A durable database of its own, with the product's schema."""
    home = Path(tempfile.mkdtemp(prefix="zhunsheng-bench-"))
    home.chmod(0o711)
    os.environ["ZHUNSHENG_HOME"] = str(home)
    settings.load.cache_clear()
    server = EmbeddedServer(home)
    try:
        url = server.start().url("postgres").replace("postgresql://", "postgresql+psycopg://")
        known = settings.load()
        provision(url, known)
        signer = TenancySigner(known.secret("tenancy"))
        yield Access(app_url(known, url), signer, known.city_id), url.replace("+psycopg", "")
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
        settings.load.cache_clear()


# --- appends --------------------------------------------------------------------------------------------


def _appends(access: Access, owner: str, *, rounds: int, seconds: float) -> dict[str, object]:
    _make_plain(owner)
    ages: list[float] = []
    rates: dict[str, list[float]] = {PLAIN: [], SEALED: []}
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_seal, args=(access,))
    process.start()
    try:
        with context.Pool(2) as pool:
            for table in (PLAIN, SEALED):
                _rate(pool, access, table, seconds)
            for number in range(rounds):
                # Taking turns, the first one changing, so that neither side always has the quieter machine.
                for table in (PLAIN, SEALED) if number % 2 else (SEALED, PLAIN):
                    with nullcontext() if table == SEALED else _resting(process, access):
                        watch = _Watch(access, ages if table == SEALED else [])
                        rates[table].append(_rate(pool, access, table, seconds))
                        watch.end()
    finally:
        process.kill()
        process.join()
    report = _finish(access)
    ratios = [sealed / plain for sealed, plain in zip(rates[SEALED], rates[PLAIN], strict=True)]
    return {
        "appends_per_s": round(statistics.median(rates[SEALED])),
        "plain_per_s": round(statistics.median(rates[PLAIN])),
        "ratio_to_insert": round(statistics.median(ratios), 3),
        "max_unsealed_ms": round(max(ages) * 1000),
        "p50_unsealed_ms": round(statistics.median(ages) * 1000),
        "sealed": report.entries,
        "lost": report.unsealed,
        "findings": len(report.findings),
    }


@contextmanager
def _resting(process: SpawnProcess, access: Access) -> Iterator[None]:
    """Plain inserts have no sealer beside them: it stands still meanwhile."""
    _until_sealed(access)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def _make_plain(owner: str) -> None:
    """The twin: the audit entries' table as it would be without sealing."""
    prefix = settings.load().role_prefix
    tenant, city = "(select guard.tenant())", "(select guard.city())"
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"create table {PLAIN} (like audit_entry including all)")
        connection.execute(f"alter table {PLAIN} drop column xid")
        connection.execute(f"alter table {PLAIN} enable row level security")
        connection.execute(f"create policy r on {PLAIN} for select to {prefix}_app using (organ_id = {tenant})")
        connection.execute(
            f"create policy w on {PLAIN} for insert to {prefix}_app"
            f" with check (organ_id = {tenant} and city_id = {city})"
        )
        connection.execute(f"grant select, insert on {PLAIN} to {prefix}_app")


def _seal(access: Access) -> None:
    Sealer(access, "sha256").run()


def _until_sealed(access: Access) -> None:
    """Whatever was left over is sealed."""
    while True:
        with access.opened() as connection:
            row = connection.execute("select coalesce(max(to_xid), 0) from audit_seal").fetchone()
            assert row is not None
            count, _ = online.unsealed(connection, row[0])
        if not count:
            return
        time.sleep(0.05)


class _Watch:
    """The age of the oldest committed entry that is not sealed, as an onlooker sees it fifty times a second."""

    def __init__(self, access: Access, ages: list[float]) -> None:
        self.access, self.ages = access, ages
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        with self.access.connect() as connection:
            while not self.stopping.wait(0.02):
                self.access.enter(connection)
                row = connection.execute(
                    "select extract(epoch from clock_timestamp() - created_at)::float8 from audit_entry where xid >="
                    " coalesce((select to_xid from audit_seal order by number desc limit 1), 0)"
                    " order by xid, seq limit 1"
                ).fetchone()
                connection.rollback()
                if row is not None:
                    self.ages.append(row[0])

    def end(self) -> None:
        self.stopping.set()
        self.thread.join()


def _rate(pool: Pool, access: Access, table: str, seconds: float) -> float:
    return float(
        sum(pool.starmap(_clients, [(access, table, seconds, CLIENTS // 2, n) for n in range(2)], chunksize=1))
    )


def _clients(access: Access, table: str, seconds: float, clients: int, seed: int) -> float:
    """Entries per second of some clients, each a thread with its own connection: the work is the database's."""
    written = [0] * clients
    ready = threading.Barrier(clients)
    threads = [
        threading.Thread(target=_client, args=(access, table, seconds, written, n, seed * clients + n, ready))
        for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(written) / seconds


def _client(
    access: Access, table: str, seconds: float, written: list[int], place: int, seed: int, ready: threading.Barrier
) -> None:
    query = INSERT.format(table=table)
    organs = [UUID(int=1000 + (seed * 131 + n) % ORGANS) for n in range(50)]
    with access.connect() as connection:
        ready.wait()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            organ = organs[written[place] % len(organs)]
            access.enter(connection, organ)
            connection.execute(query, [access.city_id, organ])
            connection.commit()
            written[place] += 1


def _finish(access: Access) -> online.Report:
    with access.connect() as connection:
        while Sealer(access, "sha256").step(connection):
            pass
    return online.verify(access)


# --- verification ---------------------------------------------------------------------------------------


def _verification(access: Access, owner: str, rows: int, algorithm: str) -> dict[str, object]:
    """Entries of fifty organs a batch, written by the superuser as if by transactions of a hundred entries."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "insert into audit_entry (city_id, organ_id, id, at, actor_account_id, actor_post_id, actor_name,"
            " actor_title, action, title, subject_kind, subject_id, thread_id, result, article, rule_id, detail,"
            " request_id, origin, xid)"
            " select %s, ('00000000-0000-0000-0000-' || lpad((n %% 50 + 1)::text, 12, '0'))::uuid, gen_random_uuid(),"
            " now(), gen_random_uuid(), gen_random_uuid(), '陈明远', '监督科科长', 'download', '下载督办函',"
            " 'instrument', gen_random_uuid(), null, 'done', '19', 'supervisor-issue', '{}',"
            " md5(n::text), '10.31.2.5', n / 100"
            " from generate_series(1, %s) n",
            [access.city_id, rows],
        )
        connection.execute("vacuum (analyze) audit_entry")
        # The made-up transactions have ended in the eyes of the sealer only when the counter is above them.
        connection.execute("set synchronous_commit = off")
        burn = rows // 100 + 10
        connection.execute(
            f"do $$ begin for i in 1..{burn} loop perform pg_current_xact_id(); commit; end loop; end $$"
        )
    began = time.monotonic()
    one, sealed = Sealer(access, algorithm, most=BATCH), 0
    with access.connect() as connection:
        while count := one.step(connection):
            sealed += count
    sealing = time.monotonic() - began
    cores = len(os.sched_getaffinity(0))
    runs = [online.verify(access, processes=cores) for _ in range(3)]
    assert all(report.ok and report.entries == sealed for report in runs), runs[0].findings[:3]
    suffix = "" if algorithm == "sha256" else f"_{algorithm}"
    return {
        f"verify{suffix}_per_s": round(sealed / min(report.seconds for report in runs)),
        f"seal{suffix}_per_s": round(sealed / sealing),
        "verified": sealed,
        "processes": cores,
    }
