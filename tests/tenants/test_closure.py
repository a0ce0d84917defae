"""The closure that decisions look into holds what the relations say, one by one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import tenants.organs
from tenants.organs.checking import checked
from tenants.organs.dataset import read_csv
from tenants.organs.relations import Relation
from tenants.organs.rules import Supervision

FOLDER = Path(tenants.organs.__file__).parent / "data" / "xuchang"


def test_every_pair_has_its_strongest_relation_and_a_justice_department_its_governments() -> None:
    dataset = checked(read_csv(FOLDER))
    city = Supervision([o.facts for o in dataset.organs], [r.facts for r in dataset.relations], date(2026, 11, 23))
    closure, names = city.closure(), sorted(city.register.by_id)
    found = 0
    for a in names:
        for b in names:
            wanted = _by_hand(city, a, b)
            assert closure.get((a, b)) == wanted, (a, b)
            found += wanted is not None
    assert found == len(closure) > 2_000


def _by_hand(city: Supervision[str], supervisor: str, supervised: str) -> Relation[str] | None:
    organ = city.register.by_id[supervisor]
    principals = [supervisor]
    if organ.is_supervision_body:
        government = city.register.government_over(organ)[0]
        assert government is not None
        principals.insert(0, government.id)
    every = [r for principal in principals for r in city.between(principal, supervised)]
    return every[0] if every else None
