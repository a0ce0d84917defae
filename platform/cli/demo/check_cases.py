"""Demo of the rule models: a table of discretion benchmarks, and a first run over the register (Arts. 8(1), 11(5)).

The table has the form of published ones; all items and amounts are for show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cli.demo.parts import JIANAN
from cli.demo.record_cases import ACCOUNT, ITEMS
from cli.demo.stage import Case, Stage
from supervision.checks import service as checks

HEAD = (
    "事项编码,违法行为,依据,裁量阶次,基准编号,适用条件,当事人类别,下限（元）,上限（元）,含下限,含上限,"
    "法定下限（元）,法定上限（元）"
)
TIERS = (("从轻", 30, 70), ("一般", 70, 130), ("从重", 130, 300))
"""Name, and the range in hundredths of the usual fine."""


def check_cases(stage: Stage) -> Iterator[Case]:
    yield _benchmark(stage)


async def _benchmark(stage: Stage) -> None:
    """The leader of the district's justice department imports a table and names the accounts; the models run with the
    first worker, after the start."""
    table = "\n".join((HEAD, *_rows())).encode()
    first = date(stage.today.year - 1, 1, 1)
    await stage.until(2, "08:50")
    async with stage.work(JIANAN.leader) as work:
        await checks.import_table(
            work, "裁量基准（演示）.csv", table, name="行政处罚裁量基准（演示）", issuer="演示机关", in_force_on=first
        )
        await checks.set_accounts(work, [ACCOUNT])
        work.enqueue("check_body", {"body_id": str(work.organ_id)})


def _rows() -> Iterator[str]:
    """The items of the demo's records, three tiers each; the law's own range is wider."""
    for n, (item, law, article, usual, _) in enumerate(ITEMS.values(), 1):
        for k, (tier, low, high) in enumerate(TIERS, 1):
            least, most = usual * low // 10_000, usual * high // 10_000
            law_range = f"{usual // 1000},{usual // 20}"
            yield f"DEMO{n:02d},{item}（演示）,{law}{article},{tier},DEMO{n:02d}-{k},,,{least},{most},是,是,{law_range}"
