"""The error corpus of imports: each wrong cell is named by row and column, and nothing is imported by halves."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tenants.organs.checking import checked, validate
from tenants.organs.dataset import Dataset, read_csv, read_xlsx, write_template_xlsx
from tenants.organs.errors import DatasetRefused, DatasetUnreadable
from tenants.organs.rows import ORGAN_COLUMNS, RowError

HEADER = (
    "key,parent_key,name,kind,level,division_code,code_system,leadership,business_lines,is_supervision_body,"
    "located_in_key,established_on,ended_on,successor_key"
)
CITY = "c,,甲市人民政府,government,city,411100,GB2260,,,,,,,"
GOOD = [
    CITY,
    "c.justice,c,甲市司法局,department,city,,,,justice,1,,,,",
    "c.water,c,甲市水利局,department,city,,,,水利,,,,,",
    "c.a,c,乙县人民政府,government,county,411122,GB2260,,,,,,,",
    "c.a.justice,c.a,乙县司法局,department,county,,,,justice,是,,,,",
    "c.a.100,c.a,丙镇人民政府,government,township,411122100,MCA,,,,,,,",
    "c.a.100.j,c.a.justice,丙司法所,judicial_office,township,,,department,justice,,c.a.100,,,",
]


def table(*extra: str, base: list[str] = GOOD) -> bytes:
    return "\n".join([HEADER, *base, *extra]).encode()


def problems(*extra: str, relations: bytes = b"") -> list[RowError]:
    dataset = read_csv(table(*extra), relations)
    return validate(dataset.organs, dataset.relations)


def test_the_good_table_is_good() -> None:
    assert problems() == []


LONG = "很" * 61


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        ("x,nobody,丁局,department,city,,,,water,,,,,", "parent_key", "没有标识为“nobody”"),
        ("x,x,丁局,department,city,,,,water,,,,,", "parent_key", "本单位自己"),
        ("c.water,c,丁局,department,city,,,,water,,,,,", "key", "与第 4 行的单位标识重复"),
        ("x,c,甲市水利局,department,city,,,,water,,,,,", "name", "与第 4 行的名称重复"),
        ("X 1,c,丁局,department,city,,,,water,,,,,", "key", "小写字母"),
        (",c,丁局,department,city,,,,water,,,,,", "key", "必填"),
        ("x,c,,department,city,,,,water,,,,,", "name", "必填"),
        ("x,c,丁局,bureau,city,,,,water,,,,,", "kind", "不在可选范围"),
        ("x,c,丁局,department,county,,,,water,,,,,", "level", "与本级政府一致"),
        ("x,c,丁局,department,city,,,,,,,,,", "business_lines", "部门应填"),
        ("x,c,丁局,department,city,,,,magic,,,,,", "business_lines", "“magic”不存在"),
        ("x,c.a.100,丁局,department,township,,,,water,,,,,", "parent_key", "县级以上人民政府"),
        (f"x,c,{LONG},department,city,,,,water,,,,,", "name", "不能超过60个字，现为61个字"),
        ("x,c,=cmd|'/c calc'!A0,department,city,,,,water,,,,,", "name", "公式"),
        ("x,c,@丁局,department,city,,,,water,,,,,", "name", "公式"),
        ("x,c,丁\0局,department,city,,,,water,,,,,", "name", "U+0000"),
        ("x,c,丁\u202e局,department,city,,,,water,,,,,", "name", "U+202E"),
        ("x,c,丁局,department,city,,,,water,,,2020-02-30,,", "established_on", "不是日期"),
        ("x,c,丁局,department,city,,,,water,,,2020-02-03,2020-02-03,", "ended_on", "晚于成立日期"),
        ("x,c,丁局,department,city,,,,water,,,,,c.water", "ended_on", "应填撤销日期"),
        ("x,c,丁局,department,city,,,,water,maybe,,,,", "is_supervision_body", "“是”或“否”"),
        ("x,c,丁局,department,city,,,,water,1,,,,", "is_supervision_body", "司法行政部门"),
        ("x,c,第二司法局,department,city,,,,justice,1,,,,", "is_supervision_body", "已有监督机构（第 3 行）"),
        ("x,c,戊县人民政府,government,county,411171,GB2260,,,,,,,", "division_code", "统计用区划代码"),
        ("x,c,戊县人民政府,government,county,410122,GB2260,,,,,,,", "division_code", "以上级代码“4111”开头"),
        ("x,c,戊县人民政府,government,county,411122,GB2260,,,,,,,", "division_code", "与第 5 行的行政区划代码重复"),
        ("x,c,戊县人民政府,government,county,411123,GB2260,,,,,,,", "key", "没有行政执法监督机构"),
        ("x,c.a,戊县人民政府,government,city,411200,GB2260,,,,,,,", "level", "低于上级人民政府"),
        ("x,c,某区管委会,functional_zone,city,411171,GB2260,,,,,,,", "code_system", "没有国家标准行政区划代码"),
        ("x,c,甲市税务局,vertical_body,city,,,upper,tax,,c,,,", "parent_key", "不隶属本级政府"),
        ("x,,甲市税务局,vertical_body,city,,,upper,tax,,,,,", "located_in_key", "应填所在区域"),
        ("x,,甲市税务局,vertical_body,city,,,government,tax,,c,,,", "leadership", "垂直管理"),
        ("x,c.water,丁队,subordinate_body,city,,,department,transport,,,,,", "business_lines", "超出主管部门"),
        ("x,c.water,丁所,judicial_office,township,,,department,,,c.a.100,,,", "parent_key", "县级司法行政部门"),
        ("x,c.a.justice,丁所,judicial_office,township,,,department,,,,,,", "located_in_key", "所在的乡镇"),
        ("x,c,丁局,department,city,,,,water,,,,,,,extra", "", "多出 1 列"),
    ],
)
def test_a_wrong_cell_is_named(line: str, column: str, says: str) -> None:
    found = problems(line)
    hit = [e for e in found if e.column == column]
    assert hit, found
    assert says in hit[0].message
    assert (hit[0].file, hit[0].row) == ("organs.csv", 9)
    with pytest.raises(DatasetRefused) as refused:
        checked(read_csv(table(line)))
    assert len(refused.value.errors) == len(found)


def test_a_ring_of_parents_is_named_on_each_of_its_rows() -> None:
    ring = ["x,y,丁队,subordinate_body,city,,,,,,,,,", "y,x,戊队,subordinate_body,city,,,,,,,,,"]
    assert [(e.row, e.column, e.message) for e in problems(*ring)] == [
        (9, "parent_key", "隶属关系成环。"),
        (10, "parent_key", "隶属关系成环。"),
    ]


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        ("c.a.100,c.water,level,2(4),2024-01-01,,", "kind", "不是县级以上政府"),
        ("c.a.100.j,c.water,level,2(4),2024-01-01,,", "kind", "司法所只能协助"),
        ("c.water,c.a,level,2(4),2024-01-01,,", "kind", "人民政府实施"),
        ("c.water,c.justice,条线,2(4),2024-01-01,,", "kind", "没有共同的业务条线"),
        ("c,ghost,level,2(4),2024-01-01,,", "supervised_key", "没有标识为“ghost”"),
        ("c,c.a.100,level,,2024-01-01,,", "article", "必填"),
        ("c,c.a.100,level,二条,2024-01-01,,", "article", "不是条款代号"),
        ("c,c.a.100,level,2(4),,,", "valid_from", "必填"),
        ("c,c.a.100,level,2(4),2024-01-01,2023-01-01,", "valid_to", "晚于起始日期"),
    ],
)
def test_a_wrong_relation_is_named(line: str, column: str, says: str) -> None:
    header = "supervisor_key,supervised_key,kind,article,valid_from,valid_to,note"
    found = problems(relations=f"{header}\n{line}".encode())
    (hit,) = [e for e in found if e.column == column]
    assert says in hit.message
    assert (hit.file, hit.row) == ("relations.csv", 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_office_programs(encoding: str) -> None:
    dataset = read_csv(table().decode().encode(encoding))
    assert dataset.organs[0].name == "甲市人民政府"
    assert validate(dataset.organs) == []


def test_full_width_digits_labels_and_dates_are_normalised() -> None:
    line = "x,c,丁县人民政府,人民政府,县级,４１１１２３,GB2260,,,,,2019年1月5日,2020/02/03,c.a"
    dataset = read_csv(table(line))
    organ = dataset.organs[-1]
    assert (organ.kind, organ.level, organ.division_code) == ("government", "county", "411123")
    assert str(organ.established_on) == "2019-01-05"
    assert str(organ.ended_on) == "2020-02-03"
    assert validate(dataset.organs) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (table().decode().encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "工作簿"),
        (b"\xff\xff\xff", "编码"),
        (b'key,name,kind,level\n"a', "引号不成对"),
        (b"key,name,kind\n", "缺少列：层级"),
        ("key,name,kind,level,密级\n".encode(), "不认识的列“密级”"),
        (b"key,name,kind,level,name\n", "重复的列"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(DatasetUnreadable, match=says):
        read_csv(data)


def test_an_empty_table_is_an_error() -> None:
    dataset = read_csv(HEADER.encode())
    assert [e.message for e in validate(dataset.organs)] == ["没有单位数据。"]


def test_a_line_number_counts_the_lines_inside_quotes() -> None:
    found = problems('x,c,"丁\n局",department,city,,,,water,,,,,', "y,c,戊局,department,city,,,,,,,,,")
    assert [(e.row, e.column) for e in found] == [(9, "name"), (11, "business_lines")]


@given(st.binary(max_size=300))
def test_random_bytes_are_refused_or_read_but_never_crash(data: bytes) -> None:
    for read in (read_csv, read_xlsx):
        try:
            dataset = read(data)
        except DatasetUnreadable:
            continue
        validate(dataset.organs, dataset.relations)


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=16), max_size=4))
def test_random_cells_never_crash(cells: list[list[str]]) -> None:
    text = io.StringIO()
    text.write(HEADER + "\n")
    for row in cells:
        text.write(",".join('"' + c.replace('"', '""') + '"' for c in row) + "\n")
    try:
        dataset = read_csv(text.getvalue().encode("utf-8", "replace"))
    except DatasetUnreadable:
        return
    validate(dataset.organs)


def test_the_template_is_empty_explained_and_has_no_formula() -> None:
    data = write_template_xlsx()
    assert read_xlsx(data) == Dataset(())
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.read("xl/workbook.xml").decode()
        assert [names.index(n) for n in ("填写说明", "单位", "监督关系")]
        sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
        assert all("<f>" not in package.read(n).decode() for n in sheets)
        texts = package.read("xl/sharedStrings.xml").decode()
    assert all(title in texts for title, _ in ORGAN_COLUMNS.values())


def test_a_workbook_filled_by_hand_keeps_codes_and_dates() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("单位")
        sheet.write_row(0, 0, ["单位标识*", "单位名称", "单位类型", "层级", "行政区划代码", "代码体系", "成立日期"])
        sheet.write_row(1, 0, ["c", "甲市人民政府", "人民政府", "市级"])
        sheet.write_number(1, 4, 411100)
        sheet.write_row(1, 5, ["GB2260", "1998/2/1"])
    organ = read_xlsx(buffer.getvalue()).organs[0]
    assert (organ.division_code, str(organ.established_on), organ.row) == ("411100", "1998-02-01", 2)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_001)
    with pytest.raises(DatasetUnreadable, match="展开后过大"):
        read_xlsx(buffer.getvalue())
