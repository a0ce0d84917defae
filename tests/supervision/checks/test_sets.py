"""Models that compare records or read other tables: benchmarks, like cases, inspections, certificates, accounts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from kernel.errors import Denied, Invalid
from supervision.checks import repository, running
from supervision.checks import service as checks
from supervision.checks.benchmarks import read
from supervision.checks.commands import HitFilter
from supervision.checks.rules import catalogue, told
from tests.supervision.checks.cases import BODY, ORGAN, OTHER, found, keep, record, run
from tests.world import World

TABLE = (
    "事项编码,违法行为,依据,裁量阶次,基准编号,当事人类别,下限（元）,上限（元）,含下限,含上限,法定下限（元）,法定上限（元）\n"
    "CG-01,擅自占用城市道路,《城市道路管理条例》第四十二条,从轻,CG-01-1,,1000,5000,是,是,1000,20000\n"
    "CG-01,擅自占用城市道路,《城市道路管理条例》第四十二条,一般,CG-01-2,,5000,10000,否,是,1000,20000\n"
    "CG-01,擅自占用城市道路,《城市道路管理条例》第四十二条,从重,CG-01-3,,10000,20000,否,是,1000,20000\n"
    "CG-02,固定罚款,,一般,,,200,200,是,是,200,200\n"
)


async def imported(world: World, table: str = TABLE, day: str = "2026-01-01", name: str = "城市管理裁量基准") -> None:
    async with world.work(BODY, "supervision_leader") as work:
        await checks.import_table(
            work, "基准.csv", table.encode(), name=name, issuer="区城市管理局", in_force_on=date.fromisoformat(day)
        )


def fine(yuan: int, tier: str = "", **changes: Any) -> dict[str, Any]:
    return record("penalty", fine_fen=yuan * 100, proposed_fine_fen=None, tier=tier, hearing_right_told=True, **changes)


async def test_a_fine_against_the_law_and_the_range_of_its_tier(world: World) -> None:
    await imported(world)
    cases = [
        (fine(21_000, "heavier"), {"Q01", "Q02"}),
        (fine(900, "lighter"), {"Q01", "Q02"}),
        (fine(900, "reduced"), {"Q06"}),
        (fine(900, "reduced", detail={"tier_grounds": ["主动消除危害后果"]}), set()),
        (fine(5_000, "lighter"), set()),
        # 以上、以下 include the figure, 超过 does not.
        (fine(5_000, "ordinary"), {"Q02"}),
        (fine(10_000, "ordinary"), set()),
        (fine(12_000, "", benchmark_code="CG-01-2"), {"Q02"}),
        (fine(12_000, "heavier"), set()),
        (fine(4_000), {"Q03"}),
        (fine(4_000, quality={"tier": "to_check"}), set()),
        (fine(19_000, "ordinary"), {"Q02", "Q05"}),
        (fine(19_000, "heavier"), set()),
        (fine(19_000, "ordinary", detail={"tier_grounds": ["一年内再犯"], "remark": "经负责人批准偏离基准"}), set()),
        (fine(200, "ordinary", item_code="CG-02"), set()),
        (fine(90_000, "ordinary", item_code="没有基准"), set()),
    ]
    ids = await keep(world, [one for one, _ in cases])
    await run(world)
    hits = await found(world)
    seen = [{rule for rule in hits.get(one, {}) if rule[0] == "Q"} - {"Q04"} for one in ids]
    assert seen == [expected for _, expected in cases]
    hit = hits[ids[0]]["Q02"]
    assert told(catalogue()["Q02"], hit.facts).replace("\u2009", " ") == (
        "罚款 21 000 元，适用“从重”阶次，城市管理裁量基准规定的幅度：超过 10 000 元至20 000 元，偏重"
        "（行政处罚法第三十四条）。"
    )


async def test_a_milder_benchmark_that_came_before_the_decision_counts(world: World) -> None:
    await imported(world)
    await imported(world, TABLE.replace(",1000,5000,", ",500,5000,").replace(",1000,20000", ",500,20000"), "2026-04-01")
    early = fine(700, "lighter", act_ended_on="2026-03-20")
    before = fine(
        700, "lighter", act_ended_on="2026-03-20", decided_on="2026-03-30", legal_review_on="2026-03-25",
        notice_served_on="2026-03-26", defence_due_on=None, served_on="2026-03-30", published_on="2026-04-01",
    )  # fmt: skip
    ids = await keep(world, [early, before])
    await run(world)
    hits = await found(world)
    assert [{r for r in hits.get(one, {}) if r in ("Q01", "Q02")} for one in ids] == [set(), {"Q01", "Q02"}]


async def test_a_benchmark_is_cited_while_it_is_in_force(world: World) -> None:
    await imported(world)
    await imported(world, TABLE.replace("CG-01-", "CG-26-"), "2026-04-01")
    soon: dict[str, Any] = {
        "act_ended_on": "2026-03-20", "decided_on": "2026-03-30", "legal_review_on": "2026-03-25",
        "notice_served_on": "2026-03-26", "defence_due_on": None, "served_on": "2026-03-30",
        "published_on": "2026-04-01",
    }  # fmt: skip
    cases = [
        (fine(2_000, "lighter", benchmark_code="CG-01-1", act_ended_on="2026-03-20"), False),
        (fine(2_000, "lighter", benchmark_code="CG-26-1", act_ended_on="2026-03-20"), False),
        (fine(2_000, "lighter", benchmark_code="CG-01-1", act_ended_on="2026-04-02"), True),
        (fine(2_000, "lighter", benchmark_code="CG-26-1", **soon), True),
        (fine(2_000, "lighter", benchmark_code="别处的编号", act_ended_on="2026-04-02"), False),
        (fine(2_000, "lighter", act_ended_on="2026-04-02"), False),
    ]
    ids = await keep(world, [one for one, _ in cases])
    await run(world)
    hits = await found(world)
    assert ["Q12" in hits.get(one, {}) for one in ids] == [expected for _, expected in cases]
    late, early = (told(catalogue()["Q12"], hits[ids[n]]["Q12"].facts).replace("\u2009", " ") for n in (2, 3))
    assert "该基准 2026-03-31 已停止施行" in late, late
    assert "起才施行" not in late
    assert "该基准 2026-04-01 起才施行" in early, early


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("事项编码", "事项"), "不认识的列"),
        (("从轻", "随意"), "第 2 行“裁量阶次”"),
        ((",1000,5000,", ",6000,5000,"), "上限低于下限"),
        ((",1000,5000,", ",-1,5000,"), "金额"),
        (("CG-01-2", "CG-01-1"), "重复"),
        (("是,是,1000", "对,是,1000"), "应为是或者否"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(change: tuple[str, str], message: str) -> None:
    with pytest.raises(Invalid) as refused:
        read("基准.csv", TABLE.replace(*change, 1).encode())
    assert message in " ".join([str(refused.value), *(e.message for e in refused.value.errors)])


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"\xff\xfe\x00", "标题\n".encode(), b"PK\x03\x04"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    for name in ("基准.csv", "基准.xlsx"):
        with pytest.raises(Invalid):
            read(name, data)


def test_tables_are_read_in_both_encodings() -> None:
    rows = read("基准.csv", TABLE.encode("gb18030"))
    assert rows == read("基准.csv", b"\xef\xbb\xbf" + TABLE.encode())
    assert (rows[0]["min"], rows[0]["code"], rows[3]["code"]) == (100_000, "CG-01-1", "CG-02-一般")


async def test_the_leader_alone_imports(world: World) -> None:
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied):
            await checks.import_table(
                work, "a.csv", TABLE.encode(), name="甲", issuer="乙", in_force_on=date(2026, 1, 1)
            )


async def test_a_fine_that_stands_out_among_like_cases_is_ranked_with_them(world: World) -> None:
    like = [fine(3_000 + 100 * n, "ordinary") for n in range(8)]
    ids = await keep(world, [*like, fine(30_000, "ordinary"), fine(900, "ordinary")])
    few = await keep(world, [fine(n, "heavier") for n in (1_000, 1_000, 1_000, 90_000)])
    other_party = await keep(world, [fine(60_000, "ordinary", party_kind="citizen", is_major=False)])
    await run(world)
    hits = await found(world)
    assert {one for one in (*ids, *few, *other_party) if "Q04" in hits.get(one, {})} == {ids[8], ids[9]}
    facts = hits[ids[8]]["Q04"].facts
    assert (facts["median_fen"], facts["mad_fen"], facts["count"], facts["percent"]) == (335_000, 25_000, 10, 796)
    async with world.work(BODY, "supervisor") as work:
        page = await checks.outliers(work)
        assert [row.subject_id for row in page.items] == [ids[8], ids[9]]
        compared = await checks.comparison(work, page.items[0].id)
    assert "中位数为 3350 元，高 796%" in page.items[0].sentence
    assert all(f"稳健偏离 {row.distance.removesuffix(' 倍')}" in row.sentence.replace("-", "") for row in page.items)
    assert compared.count == 10
    assert [case.fine_fen for case in compared.cases if case.this] == [3_000_000]
    assert all(case.record_id for case in compared.cases)


async def test_small_differences_and_equal_cases(world: World) -> None:
    """A difference under 500 yuan is none; where all others are equal, one that is not stands out."""
    small = await keep(world, [fine(n, "lighter", item_code="小额") for n in (100, 100, 100, 100, 100, 400)])
    equal = await keep(world, [fine(n, "lighter", item_code="相同") for n in (1_000,) * 5 + (1_600,)])
    await run(world)
    hits = await found(world)
    assert [one for one in small if "Q04" in hits.get(one, {})] == []
    assert [one for one in equal if "Q04" in hits.get(one, {})] == [equal[-1]]


async def test_repeated_inspections_of_one_company(world: World) -> None:
    def visit(day: str, **changes: Any) -> dict[str, Any]:
        known = {"party_hash": b"a" * 32, "yearly_cap": 2, "quality": {"published_on": "to_check"}}
        return record("inspection", done_on=day, approved_on="2026-01-05", published_on=None, **{**known, **changes})

    mine = await keep(
        world,
        [visit("2026-01-10"), visit("2026-03-10"), visit("2026-06-10"), visit("2026-06-20", inspection_kind="single"),
         visit("2026-08-10", party_hash=b"b" * 32), visit("2026-08-20", party_hash=b"b" * 32, result="failed"),
         visit("2026-09-09", party_hash=b"c" * 32, yearly_cap=None)],
    )  # fmt: skip
    others = await keep(
        world,
        [visit("2026-06-25"), visit("2026-09-20", party_hash=b"b" * 32, inspection_kind="joint"),
         visit("2026-09-25", party_hash=b"c" * 32, item_code="JC-02"), visit("2026-09-15", party_hash=b"d" * 32)],
        organ=OTHER,
    )  # fmt: skip
    await run(world)
    hits = await found(world)
    assert [one for one in (*mine, *others) if "I01" in hits.get(one, {})] == [mine[2]]
    assert [one for one in (*mine, *others) if "I06" in hits.get(one, {})] == [others[0]]
    facts = hits[others[0]]["I06"].facts
    assert (facts["previous"], facts["days"], facts["other"]) == ("2026-06-10", 15, "其他单位")


async def test_fines_paid_into_the_wrong_account(world: World) -> None:
    own, wrong, number = await keep(
        world,
        [record("penalty"), record("penalty", payee_account="单位基本户"), record("penalty", payee_account="4100" * 4)],
    )
    await run(world)
    assert {one for one, hits in (await found(world)).items() if "M03" in hits} == {wrong}
    async with world.work(BODY, "supervision_leader") as work:
        await checks.set_accounts(work, ["财政非税专户", " 财政非税专户 "])
        with pytest.raises(Invalid):
            await checks.set_accounts(work, ["x" * 65])
    await run(world)
    hits = await found(world)
    assert {one for one, of in hits.items() if "M03" in of} == {wrong, number}
    assert hits[number]["M03"].facts["account"] == "4100****4100"
    assert own not in hits


CERTIFICATE = """
with officer_row as (
    insert into officer (city_id, organ_id, id, name, citizen_cipher, citizen_hash, citizen_mask, employment, title,
        areas, joined_on)
    values (:city, :organ, gen_random_uuid(), '演示', '', :hash, '', 'civil_service', '', '{}',
        '2020-01-01')
    returning *)
insert into certificate (city_id, organ_id, id, officer_id, citizen_hash, holder_name, kind, number, issuer_id, areas,
    issued_on, valid_from, valid_until, status, status_on, suspended_until)
select city_id, organ_id, gen_random_uuid(), id, citizen_hash, name, 'enforcement', :number, organ_id, '{}',
    '2022-01-01', '2022-01-01', :until, :status, :since, :resumes from officer_row
"""


async def certificate(world: World, number: str, until: str, status: str = "valid", since: str = "2022-01-01",
                      resumes: str | None = None, organ: str = ORGAN) -> None:  # fmt: skip
    async with world.work(organ) as work:
        values = {
            "city": work.city_id, "organ": work.organ_id, "number": number, "hash": number.encode().ljust(32),
            "until": date.fromisoformat(until), "status": status, "since": date.fromisoformat(since),
            "resumes": date.fromisoformat(resumes) if resumes else None,
        }  # fmt: skip
        await work.session.execute(text(CERTIFICATE), values)


async def test_a_certificate_that_was_not_valid_on_the_day(world: World) -> None:
    await certificate(world, "160401", "2027-01-01")
    await certificate(world, "160402", "2026-03-20")
    await certificate(world, "160403", "2027-01-01", "cancelled", "2026-03-10")
    await certificate(world, "160404", "2027-01-01", "suspended", "2026-03-10", "2026-03-23")
    await certificate(world, "160405", "2027-01-01", "cancelled", "2026-04-10")
    await certificate(world, "160406", "2026-01-01", organ=OTHER)
    # Of a township the body reads no register, and still hears whether a certificate was valid.
    await certificate(world, "160407", "2026-01-01", organ="尚集镇政府")
    cases = {
        "160401": "", "160402": "已于 2026-03-20 到期", "160403": "已于 2026-03-10 取消", "160404": "", "160405": "",
        "160406": "", "没有登记": "",
    }  # fmt: skip
    ids = await keep(world, [record("penalty", officer_certs=["160401", number]) for number in cases])
    [town] = await keep(world, [record("inspection", officer_certs=["160407"])], organ="尚集镇政府")
    await run(world)
    hits = await found(world)
    seen = [hits.get(one, {}).get("P15") for one in ids]
    assert [hit.facts["why"] if hit else "" for hit in seen] == list(cases.values())
    assert "已于 2026-01-01 到期" in told(catalogue()["P15"], hits[town]["P15"].facts)
    async with world.work(BODY, "supervisor") as work:
        rows = {row.label: row.sentence for row in (await checks.hits(work, HitFilter(rule="O01"))).items}
    assert set(rows) == {f"证件 {number}" for number in ("160401", "160402", "160406", "160407")}
    assert "距今 84 日" in rows["证件 160401"]
    assert "已过 203 日，仍登记为有效" in rows["证件 160402"]


@pytest.mark.parametrize("batch", [False, True])
async def test_no_run_over_many_goes_through_what_it_found_for_each_hit(world: World, batch: bool) -> None:
    """The planner believes in a hit or two; with 200,000 such a plan does not end in minutes."""
    async with world.work(BODY) as work:
        await repository.expect_many(work)
        values = {**await running._values(work), "import": work.organ_id if batch else None, "organs": [work.organ_id]}
        connection = await work.session.connection()
        for statement, rules in running._statements(batch=batch):
            asked = values | running._about(rules)
            rows = await connection.exec_driver_sql(f"explain {statement}", asked)
            plan = [str(row[0]) for row in rows]
            loops = [line for line in plan if "Nested Loop Anti Join" in line]
            assert not loops, "\n".join(plan)
