"""Sealing as the audit administrator sees it: state, proof of one entry, the file that proves itself."""

from __future__ import annotations

import json

from kernel import settings
from kernel.ids import new_id
from kernel.models import AuditCheck
from kernel.sealing import files, keeping, online, proofs
from kernel.sealing.keys import KEY_NAME
from tests.audit.sealed import ABOVE, HERE, THERE, Trail
from tests.databases import Backend
from tests.web.conftest import Opener
from tests.world import World
from web import audit_sealing


async def _sealed(world: World, backend: Backend) -> Trail:
    trail = Trail(world, backend, "sm3")
    await trail.write(HERE, 3)
    await trail.write(THERE, 2)
    trail.seal()
    return trail


async def test_the_page_says_how_far_it_is_sealed_kept_and_verified(
    world: World, backend: Backend, client_for: Opener
) -> None:
    client = await client_for(HERE, "shen")
    assert "尚未封存" in (await client.get("/audit/sealing")).text
    trail = await _sealed(world, backend)
    page = (await client.get("/audit/sealing")).text
    for words in ("第 1 号", "SM3", "上级还没有留存", "还没有核验过"):
        assert words in page
    here, above = [await world.organ(name) for name in (HERE, ABOVE)]
    async with world.system() as work:
        await keeping.countersign(work, {here: above}, settings.load().secret(KEY_NAME))
    online.remember(trail.access, trail.verify())
    page = (await client.get("/audit/sealing")).text
    for words in ("建安区人民政府", "全部相符", "封存头第 1 个"):
        assert words in page
    trail.tamper("update audit_entry set title = '没有' where title = '下载督办函 1号' and organ_id = :here", here=here)
    online.remember(trail.access, trail.verify())
    page = (await client.get("/audit/sealing")).text
    assert "核验发现 1 处不符" in page
    assert "许昌市建安区司法局 的记录被改动" in page


def test_findings_about_other_organs_are_only_counted() -> None:
    own, other = new_id(), new_id()
    check = AuditCheck(findings=[["entries", f"单位 {own} 的"], ["entries", f"单位 {other} 的"], ["chain", "第 2 号"]])
    assert audit_sealing.own_findings(check, own, "本局") == ["单位 本局 的", "第 2 号", "其他单位 1 处"]


async def test_an_entry_is_proved_by_a_download(world: World, backend: Backend, client_for: Opener) -> None:
    await _sealed(world, backend)
    client = await client_for(HERE, "shen")
    listed = (await client.get("/audit", params={"q": "下载督办函 1号"})).text
    assert "已封存" in listed
    entry = listed.split("entry=")[1].split('"')[0].split("&")[0]
    opened = (await client.get("/audit", params={"entry": entry})).text
    assert f'href="/audit/proof/{entry}"' in opened
    answer = await client.get(f"/audit/proof/{entry}")
    assert "attachment" in answer.headers["content-disposition"]
    checked = proofs.check(json.loads(answer.content))
    assert (checked.failures, checked.entry["title"]) == ([], "下载督办函 1号")
    through_api = await client.get(f"/api/v1/audit/{entry}/proof")
    assert proofs.check(through_api.json()["proof"]).ok
    assert "下载一条审计记录的证明" in (await client.get("/audit")).text
    assert (await client.get(f"/audit/proof/{new_id()}")).status_code == 404


async def test_the_file_of_the_organ_proves_itself(world: World, backend: Backend, client_for: Opener) -> None:
    await _sealed(world, backend)
    client = await client_for(HERE, "shen")
    answer = await client.get("/audit/sealed")
    report = files.verify_file(answer.content.splitlines(keepends=True))
    assert report.findings == []
    assert report.entries >= 3
    state = (await client.get("/api/v1/audit/sealing")).json()
    assert (state["seal"], state["algorithm"], state["findings"]) == (1, "sm3", [])
    assert state["organ_entries"] == report.entries
    assert state["waiting"] > 0


async def test_what_is_not_sealed_has_no_proof(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "shen")
    listed = (await client.get("/audit")).text
    entry = listed.split("entry=")[1].split('"')[0].split("&")[0]
    answer = await client.get(f"/audit/proof/{entry}")
    assert answer.status_code == 409
    assert "尚未封存" in answer.text


async def test_nobody_but_the_audit_administrator(world: World, backend: Backend, client_for: Opener) -> None:
    await _sealed(world, backend)
    for username in ("han", "feng", "chen", "li"):
        client = await client_for(HERE, username)
        for path in ("/audit/sealing", "/audit/sealed", f"/audit/proof/{new_id()}", "/api/v1/audit/sealing"):
            answer = await client.get(path)
            assert answer.status_code == 403, (username, path)
