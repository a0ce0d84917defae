"""The three administrators: what each may do, and that none does another's work."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from cli.demo.accounts import password
from kernel.ids import NIL, new_id
from kernel.models import AuditEntry, DeadLetter, OutboxMessage
from kernel.work import open_work
from tenants.staff.models import Account
from tests.web.conftest import Client, Opener
from tests.world import World
from web import audit_export
from web.pages import admin as admin_pages

HERE = "建安区司法局"
NEW = {"name": "赵一", "username": "zhaoyi", "password": "Anfang-2026", "title": "监督人员", "roles": "supervisor"}
Browser = Callable[[], Client]


@pytest.mark.parametrize(
    ("username", "open_to_him"),
    [
        ("shen", {"/audit", "/audit/export"}),
        ("han", {"/accounts", "/dead-letters"}),
        ("feng", {"/accounts"}),
        ("chen", set()),
        ("li", set()),
    ],
)
async def test_each_administrator_has_his_own_pages(client_for: Opener, username: str, open_to_him: set[str]) -> None:
    client = await client_for(HERE, username)
    for path in ("/audit", "/audit/export", "/accounts", "/dead-letters"):
        answer = await client.get(path)
        assert answer.status_code == (200 if path in open_to_him else 403), path
        if path not in open_to_him:
            assert "三员分立" in answer.text


async def test_the_audit_log_is_searched_filtered_and_paged(world: World, client_for: Opener) -> None:
    async with world.work(HERE, "supervisor") as work:
        for number in range(40):
            work.record("download", "instrument", new_id(), title=f"下载督办函 {number}号", article="19")
    client = await client_for(HERE, "shen")
    first = await client.get("/audit", params={"action": "download", "size": "15"})
    assert "40 条" in first.text
    seen: list[str] = []
    page = first.text
    for _ in range(4):
        seen += [part.split("<")[0] for part in page.split("下载督办函 ")[1:]]
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
        page = (await client.get(address)).text
    assert seen == [f"{n}号" for n in reversed(range(40))]
    found = (await client.get("/audit", params={"q": "督办函 7号"})).text
    assert "下载督办函 7号" in found
    assert "下载督办函 8号" not in found
    assert "没有符合筛选条件的审计记录" in (await client.get("/audit", params={"q": "100%_"})).text


async def test_the_filtered_entries_are_exported_as_text_and_the_export_is_audited(
    world: World, client_for: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "|cmd"]
    async with world.work(HERE, "supervisor") as work:
        for text in dangerous:
            work.record("download", "instrument", None, title=text, article="19", detail={"sha256": "c0a4"})
    client = await client_for(HERE, "shen")
    page = (await client.get("/audit", params={"action": "download"})).text
    assert 'href="/audit/export?action=download&amp;format=csv"' in page
    answer = await client.get("/audit/export", params={"action": "download", "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert quote("审计记录20261009.csv") in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [r["说明"] for r in reversed(rows)] == [f"'{text}" for text in dangerous]
    assert {(r["操作"], r["结果"], r["依据"], r["人员"]) for r in rows} == {("下载文书", "允许", "第十九条", "陈明远")}
    monkeypatch.setattr(audit_export, "MOST", 3)
    book = (await client.get("/audit/export", params={"action": "download"})).content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert "筛选结果超过 3 条，只含最近 3 条" in str(sheet[0][0])
    assert [line[5] for line in sheet[2:]] == dangerous[:-4:-1]
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    async with world.work(HERE) as work:
        query = select(AuditEntry).where(AuditEntry.action == "export").order_by(AuditEntry.seq)
        taken = list(await work.session.scalars(query))
    assert [(e.actor_name, e.title, e.article) for e in taken] == [
        ((await world.actor(HERE, "audit_admin")).name, f"导出审计记录 {n} 条", None) for n in (8, 3)
    ]
    assert taken[1].detail == {"count": 3, "more": True, "format": "xlsx", "filter": {"action": "download"}}


async def test_an_entry_shows_who_what_why_and_promises_no_proof_that_does_not_exist(
    world: World, client_for: Opener
) -> None:
    async with world.work(HERE, "supervisor") as work:
        work.record("download", "instrument", None, title="下载督办函", article="19", detail={"sha256": "c0a4"})
        await work.session.flush()
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.title == "下载督办函"))).one()
    client = await client_for(HERE, "shen")
    page = (await client.get("/audit", params={"entry": str(entry.id)})).text
    assert "待封存" in page
    assert "目前没有可供下载的证明" in page
    assert "第十九条" in page
    assert "c0a4" in page
    assert (await client.get("/audit", params={"entry": str(new_id())})).status_code == 404


async def test_refusals_are_in_the_audit_log(client_for: Opener) -> None:
    supervisor = await client_for(HERE, "chen")
    assert (await supervisor.get("/accounts")).status_code == 403
    page = (await (await client_for(HERE, "shen")).get("/audit", params={"result": "denied"})).text
    assert "陈明远" in page
    assert "不能查看账号" in page


async def test_the_log_of_another_organ_is_not_there(world: World, client_for: Opener) -> None:
    async with world.work("建安区水利局") as work:
        work.record("download", "instrument", None, title="别的单位的操作")
    page = (await (await client_for(HERE, "shen")).get("/audit")).text
    assert "别的单位的操作" not in page


async def test_accounts_are_added_disabled_and_enabled(world: World, client_for: Opener, browser: Browser) -> None:
    admin = await client_for(HERE, "han")
    assert (await admin.post("/accounts", NEW)).status_code == 303
    async with world.work(HERE) as work:
        made = (await work.session.scalars(select(Account).where(Account.username == "zhaoyi"))).one()
    assert made.must_change
    fresh = browser()
    login = {"organ": str(await world.organ(HERE)), "username": "zhaoyi", "password": NEW["password"]}
    assert (await fresh.post("/login", login)).headers["location"] == "/password"
    assert (await admin.post(f"/accounts/{made.id}/disable")).status_code == 303
    assert (await fresh.get("/password")).status_code == 303
    assert (await browser().post("/login", login)).status_code == 401
    assert (await admin.post(f"/accounts/{made.id}/enable")).status_code == 303
    assert (await browser().post("/login", login)).status_code == 303


async def test_what_is_wrong_with_a_new_account_is_said_and_the_rest_is_kept(client_for: Opener) -> None:
    admin = await client_for(HERE, "han")
    weak = await admin.post("/accounts", NEW | {"password": "short"})
    assert weak.status_code == 422
    assert "密码至少 10 位" in weak.text
    assert 'value="赵一"' in weak.text
    assert "short" not in weak.text
    taken = await admin.post("/accounts", NEW | {"username": "chen"})
    assert "本单位已有这一账号" in taken.text
    mixed = await admin.post("/accounts", NEW | {"roles": ["system_admin", "audit_admin"]})
    assert mixed.status_code == 422
    assert "应当由不同人员担任" in mixed.text
    empty = await admin.post("/accounts", {"name": "", "roles": []})
    assert "有 4 处需要修改" in empty.text


async def test_only_the_security_administrator_unlocks(world: World, client_for: Opener, browser: Browser) -> None:
    given = {"organ": str(await world.organ(HERE)), "username": "chen", "password": "wrong"}
    for _ in range(5):
        await browser().post("/login", given)
    async with world.work(HERE) as work:
        locked = (await work.session.scalars(select(Account).where(Account.username == "chen"))).one()
    path = f"/accounts/{locked.id}/unlock"
    assert (await (await client_for(HERE, "han")).post(path)).status_code == 403
    security = await client_for(HERE, "feng")
    assert "已锁定" in (await security.get("/accounts")).text
    assert (await security.post(f"/accounts/{locked.id}/disable")).status_code == 403
    assert (await browser().post("/login", given | {"password": password()})).status_code == 429
    assert (await security.post(path)).status_code == 303
    assert (await browser().post("/login", given | {"password": password()})).status_code == 303


async def test_nobody_disables_his_own_account(world: World, client_for: Opener) -> None:
    admin = await client_for(HERE, "han")
    async with world.work(HERE) as work:
        own = (await work.session.scalars(select(Account).where(Account.username == "han"))).one()
    assert (await admin.post(f"/accounts/{own.id}/disable")).status_code == 422


async def test_a_dead_letter_is_replayed_once(world: World, client_for: Opener) -> None:
    letter = new_id()
    async with world.work(HERE) as work:
        work.session.add(
            DeadLetter(
                city_id=work.city_id,
                id=letter,
                organ_id=work.organ_id,
                outbox_id=new_id(),
                job="run_deadline",
                payload={"deadline_id": "1"},
                error="TimeoutError",
                failed_at=datetime.now(UTC),
                deliveries=5,
            )
        )
    admin = await client_for(HERE, "han")
    assert "run_deadline" in (await admin.get("/dead-letters")).text
    answers = [(await admin.post(f"/dead-letters/{letter}/replay")).status_code for _ in range(2)]
    assert answers == [303, 409]
    assert "已重新执行" in (await admin.get("/dead-letters")).text
    async with world.work(HERE) as work:
        sent = (await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "run_deadline"))).all()
    assert [m.payload for m in sent] == [{"deadline_id": "1"}]


async def bury(world: World, organ_id: UUID, job: str) -> UUID:
    letter = new_id()
    async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
        work.session.add(
            DeadLetter(
                city_id=work.city_id,
                id=letter,
                organ_id=organ_id,
                outbox_id=new_id(),
                job=job,
                payload={"n": 1},
                error="TimeoutError",
                failed_at=datetime.now(UTC),
                deliveries=6,
            )
        )
    return letter


async def test_what_the_systems_own_jobs_could_not_do_is_seen_and_replayed(world: World, client_for: Opener) -> None:
    own, other = await world.organ(HERE), await world.organ("禹州市司法局")
    letter = await bury(world, NIL, "sweep_deadlines")
    foreign = await bury(world, other, "foreign_job")
    admin = await client_for(HERE, "han")
    page = (await admin.get("/dead-letters")).text
    assert "sweep_deadlines" in page
    assert "系统任务" in page
    assert "foreign_job" not in page
    assert (await admin.post(f"/dead-letters/{foreign}/replay")).status_code == 404
    assert (await admin.post(f"/dead-letters/{letter}/replay")).status_code == 303
    async with world.system() as work:
        (sent,) = await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "sweep_deadlines"))
        assert (sent.organ_id, sent.payload, sent.relayed_at) == (NIL, {"n": 1}, None)
        query = select(AuditEntry).where(AuditEntry.action == "replay_job", AuditEntry.organ_id == NIL)
        assert (await work.session.scalars(query)).all() == []
    async with world.work(HERE) as work:
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "replay_job"))).one()
    assert (entry.organ_id, entry.subject_id, entry.title) == (own, letter, "重新执行任务 sweep_deadlines")
    assert entry.actor_name == (await world.actor(HERE, "system_admin")).name
    assert (await admin.post(f"/dead-letters/{letter}/replay")).status_code == 409


async def test_dead_letters_are_paged(world: World, client_for: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_pages, "DEAD_PAGE", 2)
    own = await world.organ(HERE)
    for number in range(5):
        await bury(world, NIL if number % 2 else own, f"job_{number}")
    admin = await client_for(HERE, "han")
    address, seen = "/dead-letters", []
    for _ in range(4):
        page = (await admin.get(address)).text
        seen.append(re.findall(r"job_\d", page))
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert seen == [["job_4", "job_3"], ["job_2", "job_1"], ["job_0"]]
    assert (await admin.get("/dead-letters", params={"after": "nonsense"})).status_code == 200


async def test_a_wrong_code_verifies_nothing(browser: Browser) -> None:
    client = browser()
    answer = await client.get("/verify", params={"code": "7k3m-92qx"})
    assert answer.headers["location"] == "/verify/7K3M-92QX"
    found = await client.get("/verify/7K3M-92QX")
    assert found.status_code == 404
    assert "没有使用这一验证码的文书" in found.text
