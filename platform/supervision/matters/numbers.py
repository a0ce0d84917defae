"""The number of a matter: 建监〔2026〕31号. Letters of the organ, year, place in the gapless series."""

from __future__ import annotations

from kernel.errors import Invalid
from kernel.series import next_number
from kernel.work import Work
from tenants.organs.directory import directory
from tenants.organs.letters import organ_letters


async def take(work: Work) -> tuple[str, int, int]:
    """The next matter number of the work's organ as (text, year, place).

    Raises Invalid when the organ has no letters and none can be derived from its name.
    """
    organ = (await directory(work)).get(work.organ_id)
    try:
        letters = organ.letters or organ_letters(organ.name)
    except ValueError:
        raise Invalid(f"请先在单位资料中登记{organ.name}的机关代字。", field="letters", article="11") from None
    if organ.is_supervision_body:
        # 建司 → 建监: a matter is the government's supervision, not a paper of its justice department.
        letters = letters.removesuffix("司")
    series, year = f"{letters}监", work.today.year
    place = await next_number(work, f"matter:{series}", year)
    return f"{series}〔{year}〕{place}号", year, place
