"""A return's way through the levels, as the persons concerned take it through the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel.work import Work
from reporting.returns import forms, periods, repository, service
from reporting.returns.commands import CellInput
from reporting.returns.forms import Form
from reporting.returns.models import ReturnVersion, StatisticalReturn
from reporting.returns.periods import Period
from tests.snapshots import remembered
from tests.world import World

TOWN, COUNTY, CITY = "尚集镇政府", "建安区司法局", "市司法局"
QUARTER, PERIOD = "supervision_quarterly", "2026Q3"
NOTED = {"S1": "线索台账", "S2": "监督事项台账", "S3": "文书台账", "S4": "文书台账", "S5": "异议台账", "S6": "评查台账",
         "S7": "检查台账", "S8": "追责台账", "S9": "备案台账", "S10": "证件台账", "S11": "聘书台账"}  # fmt: skip
FILLERS = {TOWN: "contact", COUNTY: "supervisor", CITY: "supervisor", "市水利局": "supervisor"}


def quarter() -> Form:
    return forms.form_of(QUARTER, "2024.1")


@remembered
async def open_below(world: World, /, body: str = COUNTY) -> int:
    """What the daily job does for one supervision body."""
    async with world.system() as work:
        return await service.open_below(work, await world.organ(body))


@remembered
async def opened(world: World, /, organ: str = TOWN, *, form: str = QUARTER, period: str = PERIOD) -> StatisticalReturn:
    """The open return of an organ."""
    async with world.work(organ, FILLERS.get(organ, "contact")) as work:
        return await service.open_return(work, form, period)


def every(form: Form, value: str = "0", **special: str) -> dict[str, CellInput]:
    """All cells that can be typed, with one value, and some with their own."""
    codes = [code for code, cell in form.cells.items() if not cell.formula]
    return {
        code: CellInput(value=special.get(code, value), note="按台账更正" if code in special else "") for code in codes
    }


@remembered
async def fill(
    world: World, /, return_id: UUID, organ: str = TOWN, notes: Mapping[str, str] | None = None, **special: str
) -> StatisticalReturn:
    """Every cell 0 but the given ones."""
    async with world.work(organ, FILLERS.get(organ, "contact")) as work:
        head = await repository.get(work, return_id)
        assert head is not None
        form = forms.form_of(head.form_key, head.form_version)
        given = {section.key: "台账" for section in form.sections}
        return await service.save(work, return_id, every(form, **special), {**given, **(notes or {})})


@remembered
async def hand_in(world: World, /, return_id: UUID, organ: str = TOWN) -> ReturnVersion:
    """Handed in for approval, approved by the head, handed in upward."""
    async with world.work(organ, FILLERS.get(organ, "contact")) as work:
        await service.validate(work, return_id)
    async with world.work(organ, "organ_head") as work:
        await service.approve(work, return_id)
    async with world.work(organ, FILLERS.get(organ, "contact")) as work:
        return await service.submit(work, return_id)


@remembered
async def submitted(world: World, /, organ: str = TOWN, **special: str) -> StatisticalReturn:
    """A return that the organ has handed in."""
    head = await opened(world, organ)
    await fill(world, head.id, organ, None, **special)
    await hand_in(world, head.id, organ)
    return await fresh(world, head.id, organ)


@remembered
async def send_back(world: World, /, return_id: UUID, body: str = COUNTY, **cells: str) -> StatisticalReturn:
    async with world.work(body, "supervisor") as work:
        return await service.send_back(work, return_id, "请核对后重新报送。", cells)


@remembered
async def accept(world: World, /, return_id: UUID, body: str = COUNTY) -> StatisticalReturn:
    async with world.work(body, "supervision_leader") as work:
        return await service.accept(work, return_id)


async def fresh(world: World, return_id: UUID, organ: str = TOWN) -> StatisticalReturn:
    """The head as its own organ reads it now."""
    async with world.work(organ) as work:
        found = await repository.get(work, return_id)
        assert found is not None
        return found


class Figures:
    """A source of figures for tests: organ → code → number."""

    def __init__(self, values: Mapping[UUID, Mapping[str, int]]) -> None:
        self.values = values

    async def __call__(self, work: Work, organ_id: UUID, period: Period, codes: Sequence[str]) -> Mapping[str, int]:
        known = self.values.get(organ_id, {})
        return {code: known[code] for code in codes if code in known}


def third_quarter() -> Period:
    return periods.parse(PERIOD)
