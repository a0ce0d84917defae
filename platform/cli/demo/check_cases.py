"""Demo of the rule models: a table of discretion benchmarks, and a first run over what the register holds (Art. 11(5)).

The rows follow published tables of the province in their form; all amounts and items are for show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cli.demo.parts import JIANAN
from cli.demo.stage import Case, Stage
from supervision.checks import service as checks

HEAD = (
    "事项编码,违法行为,依据,裁量阶次,基准编号,适用条件,当事人类别,下限（元）,上限（元）,含下限,含上限,"
    "法定下限（元）,法定上限（元）"
)
ITEMS = (
    ("YS-CG-001,擅自占用城市道路（演示）,《城市道路管理条例》第四十二条", "500,20000", (
        "从轻,YS-CG-001-1,占用不满10平方米，及时改正,,500,5000,是,是",
        "一般,YS-CG-001-2,占用10平方米以上不满50平方米,,5000,10000,否,是",
        "从重,YS-CG-001-3,占用50平方米以上或者拒不改正,,10000,20000,否,是",
    )),
    ("YS-GL-001,未经批准增设平面交叉道口（演示）,《公路法》第七十六条", "0,50000", (
        "一般,YS-GL-001-1,不满10日,,0,10000,是,是",
        "从重,YS-GL-001-2,10日以上,,10000,50000,否,是",
    )),
    ("YS-AQ-001,违反操作规程作业（演示）,《安全生产违法行为行政处罚办法》第四十五条", "10000,30000", (
        "一般,YS-AQ-001-1,一般从业人员,单位,10000,20000,是,是",
        "从重,YS-AQ-001-2,主要负责人或者特种作业人员,单位,20000,30000,是,是",
    )),
)  # fmt: skip


def check_cases(stage: Stage) -> Iterator[Case]:
    yield _benchmark(stage)


async def _benchmark(stage: Stage) -> None:
    """The leader of the district's justice department imports a table and names the accounts; the models run with the
    first worker, after the start."""
    rows = [f"{item},{tier},{law}" for item, law, tiers in ITEMS for tier in tiers]
    table = "\n".join((HEAD, *rows)).encode()
    first = date(stage.today.year - 1, 1, 1)
    await stage.until(3, "10:40")
    async with stage.work(JIANAN.leader) as work:
        await checks.import_table(
            work, "裁量基准（演示）.csv", table, name="行政处罚裁量基准（演示）", issuer="演示机关", in_force_on=first
        )
        await checks.set_accounts(work, ["财政非税收入专户（演示）"])
        work.enqueue("check_body", {"body_id": str(work.organ_id)})
