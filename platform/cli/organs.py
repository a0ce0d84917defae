"""`zhunsheng organs`: the organ tree from data files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cli.console import Failed, step
from cli.installation import Installation, opened
from kernel import settings
from kernel.errors import Invalid
from kernel.ids import NIL
from kernel.work import open_work
from tenants.organs import service
from tenants.organs.dataset import Dataset, read_csv, read_xlsx, write_template_xlsx

MOST_SHOWN = 40


def template(file: str) -> int:
    """Write the workbook to fill in, with its explanations."""
    Path(file).write_bytes(write_template_xlsx())
    print(f"  written: {file}")
    return 0


def load(file: str | None, city: str | None) -> int:
    """Load `file` (or Xuchang) into the installation's city; nothing is stored when any cell is wrong."""
    known = settings.load()
    if city and city != known.city:
        raise Failed(f"this installation serves {known.city}: set ZHUNSHENG_CITY={city} and another database for it")
    if file is None and known.city != "411000":
        raise Failed("--file is needed: only the organs of Xuchang (411000) come with the product")
    try:
        dataset = _read(Path(file)) if file else None
        with opened() as installation, step("Organs   单位数据"):
            done = asyncio.run(_load(installation, dataset))
    except Invalid as error:
        raise Failed(explain(error)) from error
    print(f"  {done.added} added, {done.changed} changed, {done.relations} relations, {done.scope} scope rows")
    return 0


def _read(path: Path) -> Dataset:
    if path.is_dir():
        return read_csv(path)
    try:
        return read_xlsx(path.read_bytes())
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}") from error


async def _load(installation: Installation, dataset: Dataset | None) -> service.Loaded:
    from cli.seed import load_city

    city_id = installation.settings.city_id
    async with installation.database() as database:
        if dataset is None:
            return await load_city(database, city_id)
        async with open_work(database, city_id=city_id, organ_id=NIL) as work:
            return await service.load(work, dataset.organs, dataset.relations)


def explain(error: Invalid) -> str:
    """Every wrong cell on a line: file, row, column, what to write instead."""
    lines = [f"  {e.field}  {e.message}" for e in error.errors[:MOST_SHOWN]]
    more = len(error.errors) - MOST_SHOWN
    return "\n".join([error.message, *lines, *([f"  … {more} more"] if more > 0 else [])])
