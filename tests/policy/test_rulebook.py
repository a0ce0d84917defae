"""Rule books: the shipped one is complete, a wrong one is refused with file and line, a tenant changes what it may."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import rulebook
from policy.comparison import diff
from policy.errors import RuleBookError
from policy.lines import RULES_FILE, read
from policy.reading import CONTENT_ITEMS, USED_DEADLINES, read_file, read_text
from policy.rulebook import RULE_BOOKS

FILE = RULE_BOOKS / "xuchang_2024_draft.toml"
TEXT = FILE.read_text(encoding="utf-8")


def test_the_book_of_the_seed() -> None:
    book = rulebook.default()
    assert book.header.jurisdiction == "411000"
    assert book.header.status == "draft"
    assert [item.code for item in book.content_items] == list(CONTENT_ITEMS)
    assert [mode.article for mode in book.modes] == [f"11({n})" for n in range(1, 10)]
    assert len(book.measures) == 13
    assert [step.offset for step in book.ladder] == [-3, 0, 1, 5, 10]
    assert (book.bar("qualification_cancelled").amount, book.bar("qualification_cancelled").unit) == (2, "year")


def test_the_seed_fixes_one_number_only() -> None:
    book = rulebook.default()
    assert {deadline.source for deadline in book.deadlines} == {"default"}
    assert [bar.article for bar in book.bars if bar.source == "article"] == ["21"]


def test_lookups() -> None:
    book = rulebook.load("xuchang-2024-draft")
    assert book is rulebook.default()
    assert book.deadline("instrument.answer.urging_letter").length == "10 个工作日"
    assert book.instrument("urging_letter").aliases == ("行政执法监督通知书",)
    assert book.instrument("urging_letter").series_of("许司") == "许司执监督"
    assert book.content_item("8(2)").article == "8(2)"
    assert book.mode("special").article == "11(2)"
    assert book.decision_kind("revoke").off_for_relations == ("vertical",)
    assert book.limit("instrument.send_backs") == 3
    assert book.clue_source("hotline").name == "12345政务服务便民热线"
    for table, word in (("measure", "inspect"), ("dismissal_reason", "other"), ("gravity", "minor")):
        assert getattr(book, table)(word).name
    assert book.suspension_ground("act_in_remedy").article == "20"
    assert (book.due_day("annual_report").month, book.due_day("annual_report").day) == (1, 31)
    with pytest.raises(RuleBookError, match="没有期限“nothing”"):
        book.deadline("nothing")
    with pytest.raises(RuleBookError, match="没有规则“beijing”"):
        rulebook.load("beijing")


def broken(old: str, new: str) -> RuleBookError:
    assert old in TEXT
    with pytest.raises(RuleBookError) as caught:
        read_text(TEXT.replace(old, new, 1), "许昌.toml")
    return caught.value


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "problem", "needle"),
    [
        ('name = "线索受理"', 'name = "线索受理"\ncolour = "red"', "不认识的项“colour”", "colour"),
        ('name = "线索受理"\n', "", "deadline 缺少“name”", '[[deadline]]\nkey = "clue.acceptance"'),
        ("amount = 5\n", "amount = 0\n", "“amount”的值不符合要求", "amount = 0"),
        ("amount = 5\n", 'amount = "5"\n', "“amount”的值不符合要求", 'amount = "5"'),
        ('"level", "vertical"]', '"sideways"]', "监督关系“sideways”不存在", 'relations = ["sideways"'),
        ('signed_by = ["government"]', 'signed_by = ["ministry"]', "单位类别“ministry”不存在", '["ministry"]'),
        ('code = "24"', 'code = "25"', "条款“25”不存在", 'code = "25"'),
        ('code = "23"\n', 'code = "22"\n', "“22”重复", 'code = "22"\nname = "监督者'),
        ('key = "clue.completion"', 'key = "clue.dreaming"', "deadline 缺少“clue.completion”", "[[deadline]]"),
        ('series = "{organ}执监意"', 'series = "{organ}执监督"', "已用于“行政执法监督督办函”", None),
        ('source = "default"', 'source = "tenant"', "来源只能是", 'source = "tenant"'),
        ('to = ["organ_head"]', 'to = ["mayor"]', "提醒对象“mayor”不存在", 'to = ["mayor"]'),
        ("tenant_may_change = false", "tenant_may_change = true", "不能允许调整", None),
    ],
)
def test_a_wrong_book_is_refused_with_the_line(old: str, new: str, problem: str, needle: str | None) -> None:
    error = broken(old, new)
    assert problem in error.problem
    assert error.message.startswith("许昌.toml 第 ")
    if needle:
        assert error.line == line_of(TEXT.replace(old, new, 1), needle)


def test_a_deadline_that_nobody_uses_is_refused() -> None:
    extra = TEXT[TEXT.index('[[deadline]]\nkey = "clue.acceptance"') : TEXT.index('[[deadline]]\nkey = "clue.comp')]
    added = TEXT + "\n" + extra.replace("clue.acceptance", "clue.dreaming")
    with pytest.raises(RuleBookError, match=r"没有事项使用期限“clue\.dreaming”") as caught:
        read_text(added, "许昌.toml")
    assert caught.value.line == line_of(added, 'key = "clue.dreaming"')


@pytest.mark.parametrize("key", sorted(USED_DEADLINES))
def test_no_deadline_of_the_procedure_may_be_missing(key: str) -> None:
    assert f'key = "{key}"' in TEXT
    assert f"“{key}”" in broken(f'key = "{key}"', 'key = "zzz"').problem


def test_what_is_not_toml_is_refused_with_the_line() -> None:
    error = broken("[rulebook]", "[rulebook")
    assert error.problem == "不是有效的 TOML"
    assert error.line == line_of(TEXT, "[rulebook]")


def test_a_missing_table_is_refused() -> None:
    with pytest.raises(RuleBookError, match="规则 缺少“bar”"):
        read_text(TEXT[: TEXT.index("[[bar]]")], "许昌.toml")


def test_overrides_change_what_they_may() -> None:
    book = rulebook.default().with_overrides({"instrument.answer.urging_letter": (15, "calendar_day")})
    changed = book.deadline("instrument.answer.urging_letter")
    assert (changed.amount, changed.unit, changed.source, changed.article) == (15, "calendar_day", "tenant", "19")
    assert book.deadline("clue.acceptance") == rulebook.default().deadline("clue.acceptance")
    assert rulebook.default().with_overrides({}) is rulebook.default()


def test_overrides_leave_alone_what_they_must() -> None:
    fixed = read_text(TEXT.replace("tenant_may_change = true", "tenant_may_change = false", 1), "x")
    for book, change, problem in (
        (rulebook.default(), {"qualification_cancelled": (1, "year")}, "由办法规定，不能调整"),
        (rulebook.default(), {"clue.dreaming": (1, "year")}, "没有期限"),
        (rulebook.default(), {"clue.acceptance": (1, "fortnight")}, "单位应为"),
        (fixed, {"clue.acceptance": (1, "year")}, "不能调整"),
    ):
        with pytest.raises(RuleBookError, match=problem):
            book.with_overrides(change)


@given(st.sampled_from(sorted(USED_DEADLINES)), st.integers(-5, 1100), st.sampled_from(["working_day", "year", "hour"]))
def test_an_override_is_taken_whole_or_refused(key: str, amount: int, unit: str) -> None:
    good = 1 <= amount <= 1000 and unit != "hour"
    try:
        changed = rulebook.default().with_overrides({key: (amount, unit)}).deadline(key)
    except RuleBookError:
        assert not good
    else:
        assert good
        assert (changed.amount, changed.unit) == (amount, unit)


def test_a_difference_reads_as_sentences() -> None:
    new = TEXT.replace("amount = 10\nunit = \"working_day\"\nsource = \"default\"\narticle = \"19\"",
                       "amount = 15\nunit = \"calendar_day\"\nsource = \"default\"\narticle = \"19\"", 1)  # fmt: skip
    new = new.replace('aliases = ["行政执法监督通知书"]', "aliases = []", 1)
    new = new.replace('off_for_relations = ["vertical"]', "off_for_relations = []", 1)
    new = new.replace('[[measure]]\nkey = "interview"\nname = "访谈"\narticle = "13"\n', "", 1)
    assert diff(rulebook.default(), read_text(new, "x")) == [
        "监督措施“访谈”：删除。",
        "文书“行政执法监督督办函”：别称由“行政执法监督通知书”改为“无”。",
        "监督决定“撤销”：不适用的监督关系由“垂直、双重管理”改为“无”。",
        "期限“对督办函书面报告处理情况”：长度由 10 个工作日改为 15 个自然日。",
    ]
    assert "监督措施“访谈”：新增。" in diff(read_text(new, "x"), rulebook.default())
    assert diff(rulebook.default(), read_file(FILE)) == []


def test_every_article_that_a_rule_of_decision_cites_is_in_the_book() -> None:
    codes = {article.code for article in rulebook.default().articles}
    cited = {line.article.partition("(")[0] for line in read() if not line.article.startswith("规则:")}
    assert cited <= codes


def test_rules_are_refused_with_the_line(tmp_path: Path) -> None:
    text = RULES_FILE.read_text(encoding="utf-8")
    for old, new, problem in (
        ("recusal,bar", "recusal,perhaps", "效力“perhaps”不存在"),
        (",recused,16,", ",recused,,", "缺少条款"),
        ("owner,deny", "recusal,deny", "规则编号“recusal”重复"),
        ("township_government,*,*,instrument:*", "village,*,*,instrument:*", "organ_class 一栏的“village”不存在"),
        (
            "matter-propose,allow,justice_department,supervisor",
            "matter-propose,allow,justice_department,boss",
            "“boss”",
        ),
        ("why-clue,refer", "why-clue,allow", "说明性规则应当写在准许性规则之前"),
        ("id,effect", "id,eft", "表头应为"),
        ("statistics,read|export", "statistics,approve", "没有一种事项具有所列的动作"),
        ("由本单位负责人指派其他监督人员办理。", "甲,乙", "应有 12 栏"),
    ):
        assert old in text
        path = tmp_path / "rules.csv"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(RuleBookError, match=r"rules\.csv 第 ") as caught:
            read(path)
        assert problem in caught.value.problem


def test_the_scope_over_vertical_bodies_and_the_score_of_duplicates_are_defaults_of_the_book() -> None:
    """Art. 2(3): observing and executing laws; how an organ runs itself is its upper department's."""
    book = rulebook.default()
    left_out = {item.code for item in book.content_items} - book.content_over("vertical")
    assert {"9(5)", "10(1)", "10(4)"} <= left_out
    assert not left_out & {"8(1)", "9(4)", "10(5)", "10(7)"}
    assert len(book.content_over("level")) == 24
    assert [(scope.source, scope.article) for scope in book.scopes] == [("default", "2(3)")]
    assert book.limit("clue.duplicate_score") == 55


def test_a_scope_names_content_items_that_exist() -> None:
    text = TEXT.replace('left_out = ["9(1)"', 'left_out = ["9(9)"')
    with pytest.raises(RuleBookError, match="监督内容“9\\(9\\)”不存在"):
        read_text(text, FILE.name)
