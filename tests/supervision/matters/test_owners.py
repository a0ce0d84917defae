"""Who is responsible inside one organ (Art. 12): read from what findings name."""

from __future__ import annotations

from uuid import uuid4

import pytest

from kernel.ids import new_id
from supervision.matters.models import Finding
from supervision.matters.owners import named, responsible_in
from tenants.staff.models import Post


def post(name: str, unit: str) -> Post:
    return Post(person_id=uuid4(), person_name=name, unit=unit)


def finding(officers: str, state: str = "established") -> Finding:
    return Finding(id=new_id(), officers=officers, state=state)


@pytest.mark.parametrize(
    ("words", "name", "expected"),
    [
        ("执法大队彭程", "彭程", True),
        ("执法大队彭程", "执法大队", True),
        ("彭程、王强", "王强", True),
        ("王强（执法大队）", "执法大队", True),
        ("", "彭程", False),
        ("彭程", "", False),
        ("执法二大队 王强", "执法大队", False),
    ],
)
def test_a_finding_names_units_and_persons(words: str, name: str, expected: bool) -> None:
    assert named(words, name) is expected


def test_the_unit_of_a_named_person_is_responsible_and_no_other() -> None:
    officer, mate, legal = post("彭程", "执法大队"), post("王强", "执法大队"), post("周立新", "法制股")
    found = responsible_in([officer, mate, legal], [finding("彭程")], ())
    assert found == {officer.person_id, mate.person_id}


def test_a_dropped_finding_names_nobody_and_a_writer_is_always_responsible() -> None:
    officer, legal = post("彭程", "执法大队"), post("周立新", "法制股")
    assert responsible_in([officer, legal], [finding("彭程", "dropped")], [legal.person_id]) == {legal.person_id}
