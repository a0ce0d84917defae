"""The organ tree of Xuchang as it is shipped, and who supervises whom in it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import tenants.organs
from tenants.organs.checking import checked, validate
from tenants.organs.dataset import Dataset, read_csv, read_xlsx, write_template_xlsx
from tenants.organs.rules import Supervision
from tenants.organs.tree import OrganFacts, organ_class

FOLDER = Path(tenants.organs.__file__).parent / "data" / "xuchang"
TODAY = date(2026, 11, 23)
BRANCH = "xuchang.jianan.ecology_environment"
SHANGJI = "xuchang.jianan.102"


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return checked(read_csv(FOLDER))


@pytest.fixture(scope="module")
def city(dataset: Dataset) -> Supervision[str]:
    return Supervision([o.facts for o in dataset.organs], [r.facts for r in dataset.relations], TODAY)


def test_the_shipped_data_has_no_error_and_the_known_numbers(dataset: Dataset) -> None:
    assert validate(dataset.organs, dataset.relations) == []
    kinds = Counter((o.kind, o.level) for o in dataset.organs)
    assert kinds["government", "city"] == 1
    assert kinds["government", "county"] == 6
    assert kinds["government", "township"] + kinds["dispatched_organ", "township"] == 103
    assert kinds["dispatched_organ", "township"] == 31
    assert kinds["judicial_office", "township"] == 103
    assert kinds["functional_zone", "city"] == 3
    assert sum(o.is_supervision_body for o in dataset.organs) == 7
    assert 600 <= len(dataset.organs) <= 700


def test_names_are_unique_and_no_credit_code_is_claimed(dataset: Dataset) -> None:
    living = [o for o in dataset.organs if o.facts.alive_on(TODAY)]
    assert len({o.short_name for o in living}) == len(living)
    assert not [o.name for o in dataset.organs if o.uscc]


def test_full_names_follow_the_place(dataset: Dataset) -> None:
    names = {o.name for o in dataset.organs}
    assert {"魏都区人民政府", "许昌市建安区司法局", "禹州市司法局", "鄢陵县司法局"} <= names
    assert {"许由街道办事处", "尚集镇人民政府", "艾庄回族乡人民政府", "建安区将官池司法所"} <= names
    assert {"许昌市公安局魏都分局", "许昌市生态环境局禹州分局", "许昌市建安区教育体育局"} <= names
    assert "许昌市建安区公安局" not in names


def test_zones_and_secrecy_organs(dataset: Dataset) -> None:
    assert {o.division_code for o in dataset.organs if o.kind == "functional_zone"} == {None}
    assert not [o.name for o in dataset.organs if any(w in o.name for w in ("保密", "密码", "国家安全"))]


def test_former_name_of_jianan(dataset: Dataset) -> None:
    (jianan,) = [o for o in dataset.organs if o.key == "xuchang.jianan"]
    assert any("许昌县" in name and "2016-11-28" in name for name in jianan.former_names)


def test_the_branch_of_the_picture_has_its_three_supervisors(city: Supervision[str]) -> None:
    found = [(r.supervisor_id, r.kind, r.article, r.scope_zh, r.through_id) for r in city.supervisors_of(BRANCH)]
    assert found == [
        ("xuchang", "level", "2(1)", "全部监督内容，通过市生态环境局", "xuchang.justice"),
        ("xuchang.ecology_environment", "line", "2(2)", "生态环境业务", None),
        (
            "xuchang.jianan",
            "vertical",
            "2(3)",
            "仅遵守和执行法律、政策文件情况；文书抄送市生态环境局",
            "xuchang.jianan.justice",
        ),
    ]
    assert city.supervised_by(BRANCH) == []
    assert organ_class(city.register.by_id[BRANCH]) == "vertical_body"


def test_often_asked_but_no_supervisor(city: Supervision[str]) -> None:
    found = city.not_supervisors_of(BRANCH)
    by_id = city.register.by_id
    assert [organ_class(by_id[n.organ_id]) for n in found] == ["township_government", "judicial_office"]
    assert [n.article for n in found] == ["2(1)", "5"]
    township = city.not_supervisors_of(SHANGJI)
    assert township[0].organ_id == f"{SHANGJI}.judicial_office"
    assert "县级部门对乡镇" in township[1].reason_zh
    plain_branch = city.not_supervisors_of("xuchang.weidu.natural_resources")
    assert ("xuchang.weidu", "2(3)") in {(n.organ_id, n.article) for n in plain_branch}


def test_not_supervisors_never_contradict_the_relations(city: Supervision[str]) -> None:
    for organ in city.register.living:
        for entry in city.not_supervisors_of(organ.id, limit=3):
            assert not city.may_supervise(entry.organ_id, organ.id)


def test_organ_classes(city: Supervision[str]) -> None:
    classes = {key: organ_class(organ) for key, organ in city.register.by_id.items()}
    assert classes["xuchang.jianan"] == "government"
    assert classes[SHANGJI] == "township_government"
    assert classes["xuchang.jianan.001"] == "subdistrict_office"
    assert classes["xuchang.justice"] == "justice_department"
    assert classes["xuchang.yuzhou.water"] == "department"
    assert classes["xuchang.yuzhou.tax"] == "vertical_body"
    assert classes["xuchang.housing_fund"] == "subordinate_body"
    assert classes["xuchang.zone.economic"] == "zone"


def test_a_vertical_body_is_reached_by_area_and_by_its_own_system(city: Supervision[str]) -> None:
    found = {(r.supervisor_id, r.kind, r.article) for r in city.supervisors_of("xuchang.yuzhou.tax")}
    assert found == {
        ("xuchang.tax", "line", "2(4)"),
        ("xuchang.yuzhou", "vertical", "2(3)"),
        ("xuchang", "vertical", "2(3)"),
    }


def test_a_merged_county_bureau_answers_to_each_of_its_city_departments(city: Supervision[str]) -> None:
    lines = {
        r.supervisor_id: r.business_lines for r in city.supervisors_of("xuchang.changge.education") if r.kind == "line"
    }
    assert lines == {"xuchang.education": {"education"}, "xuchang.sports": {"sports"}}


def test_read_scope_of_the_main_viewers(city: Supervision[str]) -> None:
    scope = city.read_scope()
    reads = {v: {o for viewer, o in scope if viewer == v} for v in {v for v, _ in scope}}
    assert {"xuchang.justice", "xuchang.water", "xuchang.jianan.justice"} <= reads["xuchang"]
    assert "xuchang.jianan.water" not in reads["xuchang"]
    assert {"xuchang.jianan.water", "xuchang.jianan.102.judicial_office"} <= reads["xuchang.jianan.justice"]
    assert "xuchang.jianan" not in reads["xuchang.jianan.justice"]
    assert "xuchang.weidu.justice" not in reads["xuchang.jianan.justice"]
    assert reads["xuchang.water"] >= {"xuchang.water.body1", "xuchang.jianan.water"}
    assert BRANCH in reads["xuchang.ecology_environment"]
    for alone in (SHANGJI, f"{SHANGJI}.judicial_office", "xuchang.tax", BRANCH, "xuchang.jianan.001"):
        assert reads[alone] == {alone}


def test_the_merged_bureau_lives_on_in_its_successor(dataset: Dataset, city: Supervision[str]) -> None:
    ended = "xuchang.rural_revitalisation"
    assert city.supervisors_of(ended) == []
    assert ("xuchang.agriculture", ended) in city.read_scope()
    assert ("xuchang.justice", ended) in city.read_scope()
    before = Supervision([o.facts for o in dataset.organs], [], date(2024, 6, 1))
    assert [r.supervisor_id for r in before.supervisors_of(ended)] == ["xuchang"]


def test_a_zone_street_is_also_reached_by_an_explicit_dated_relation(dataset: Dataset) -> None:
    street = "xuchang.jianan.004"
    facts, explicit = [o.facts for o in dataset.organs], [r.facts for r in dataset.relations]
    now = Supervision(facts, explicit, TODAY).supervisors_of(street)
    assert [(r.supervisor_id, r.article) for r in now] == [("xuchang.jianan", "2(1)"), ("xuchang", "2(4)")]
    earlier = Supervision(facts, explicit, date(2020, 1, 1)).supervisors_of(street)
    assert [r.supervisor_id for r in earlier] == ["xuchang.jianan"]


def test_a_workbook_carries_the_same_city(dataset: Dataset) -> None:
    again = checked(read_xlsx(write_template_xlsx(dataset)))
    bare = [replace(o, file="", row=0) for o in again.organs]
    assert bare == [replace(o, file="", row=0) for o in dataset.organs]
    assert [r.facts for r in again.relations] == [r.facts for r in dataset.relations]


def test_two_thousand_organs_in_under_a_second(dataset: Dataset) -> None:
    copies: list[OrganFacts[str]] = []
    for n in range(3):
        for organ in dataset.organs:
            facts = organ.facts

            def again(key: str | None, n: int = n) -> str | None:
                return key and f"{n}.{key}"

            copies.append(
                replace(
                    facts,
                    id=f"{n}.{facts.id}",
                    parent_id=again(facts.parent_id),
                    located_in_id=again(facts.located_in_id),
                    administered_by_id=again(facts.administered_by_id),
                    successor_id=again(facts.successor_id),
                )
            )
    started = time.perf_counter()
    Supervision(copies, [], TODAY).read_scope()
    assert time.perf_counter() - started < 1
