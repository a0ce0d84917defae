"""Official documents: what must stand in them stands in them, in the right form, the same every time."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import docx as python_docx
import pytest
from pypdf import PdfReader

from supervision.instruments import documents
from supervision.instruments.documents import Due, Finding, Seal, docx, preview_png, render
from supervision.instruments.documents.render import FACES, TEMPLATES
from supervision.instruments.documents.sheet import TITLE_WIDTH, _width, broken
from supervision.instruments.documents.wording import compose
from tests.supervision.instruments import samples

EVERY = samples.every()
SHEETS = [name for name in EVERY if name != "receipt"]


def shown(document: documents.Document) -> str:
    reader = PdfReader(io.BytesIO(render(document).pdf))
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize("name", EVERY)
def test_every_document_is_an_archive_pdf_with_its_frame(name: str) -> None:
    document = EVERY[name]
    rendered = render(document)
    assert b"<pdfaid:part>2</pdfaid:part>" in rendered.pdf
    assert rendered.pages == len(PdfReader(io.BytesIO(rendered.pdf)).pages)
    assert render(document) == rendered
    text = shown(document)
    assert document.frame.number is not None
    for words in (document.frame.number, document.frame.issuer, "2026年11月23日", document.frame.code):
        assert words in text
    assert "演示文书，不具有法律效力" in text


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_cites_the_regulation_and_its_draft_status(name: str) -> None:
    assert re.search(r"《许昌市行政执法监督办法》（征求意见稿）第", shown(EVERY[name]))


def test_the_letter_holds_what_article_19_needs() -> None:
    text = shown(samples.letter())
    for words in (
        "行政执法监督督办函",
        "许昌市建安区水利局：",
        "建监〔2026〕43号",
        "罚款2万元",
        "证据：行政处罚决定书（建水罚〔2026〕6号）；案卷第12至18页；询问笔录。",
        "《中华人民共和国行政处罚法》第五条第二款、第三十四条",
        "第八条（一）、第十条（七）",
        "2.对2026年1月以来同类案件开展自查，报送自查清单。",
        "2026年12月7日前（含当日）",
        "自收到之日起10个工作日内书面提出",
        "第二十条向许昌市建安区人民政府报告",
        "第二十一条（十）",
        "联系人：陈某某",
    ):
        assert words in text, words


def test_the_opinion_names_what_went_before_and_what_follows() -> None:
    text = shown(samples.opinion())
    for words in (
        "建司执监〔2026〕17号",
        "认定：行政处罚决定不当",
        "附件",
        "第二十条的规定",
        "第二十一条（十）",
        "印发",
    ):
        assert words in text, words


def test_an_opinion_to_a_vertical_body_is_limited() -> None:
    assert "第二条（三）的规定，本意见限于你单位遵守和执行法律、政策文件的情况" in shown(samples.opinion(vertical=True))


def test_the_decision_says_that_nothing_is_on_record_and_what_is_decided() -> None:
    text = shown(samples.decision())
    for words in (
        "许昌市建安区人民政府",
        "经2026年11月23日查询区行政复议机构收案登记、区人民法院行政案件立案信息，未查到",
        "行政处罚决定（建水罚〔2026〕9号）已有行政复议或者行政诉讼，本决定不涉及",
        "行政处罚决定（建水罚〔2026〕6号）：撤销",
        "过错程度较重",
        "第二十一条（十一）",
        "抄送：许昌市建安区司法局，许昌市水利局。",
    ):
        assert words in text, words


def test_the_report_goes_up_with_its_signer() -> None:
    text = shown(samples.report())
    for words in ("签发人：李某某", "许昌市建安区司法局文件", "妥否，请批示。", "法制审核意见"):
        assert words in text, words


def test_the_other_documents() -> None:
    assert "第二条（二）、第十二条" in shown(samples.internal_notice())
    assert "办理结果：部分完成。" in shown(samples.rectification())
    assert "同意延期。" in shown(samples.extension_reply())
    assert "不同意延期。" in shown(samples.extension_reply(granted=False))
    assert "第十七条" in shown(samples.clue_referral())
    assert "SD-20261123-000043" in shown(samples.receipt())


def test_the_decision_on_a_recusal_says_who_asked_why_and_what_follows() -> None:
    granted = shown(samples.recusal())
    for words in ("第十六条", "申请其回避", "决定陈某某回避", "此前的办理行为由接办人逐项确认或者重做", "由王某某接办"):
        assert words in granted, words
    assert "继续办理该事项" in shown(samples.recusal("refused"))
    assert "解除" in shown(samples.recusal("lifted"))
    assert "未自行回避，也未被申请回避" in shown(samples.recusal(began="", applicant="", addressee="陈某某"))


def test_page_numbers_are_hidden_on_the_first_page_of_a_letter_only() -> None:
    letter = PdfReader(io.BytesIO(render(samples.letter()).pdf)).pages
    opinion = PdfReader(io.BytesIO(render(samples.opinion()).pdf)).pages
    assert "— 1 —" not in letter[0].extract_text()
    assert "— 2 —" in letter[1].extract_text()
    assert [f"— {n} —" in page.extract_text() for n, page in enumerate(opinion, 1)] == [True] * len(opinion)


def test_sixty_findings_run_over_pages_and_end_with_seal_and_text() -> None:
    rendered = render(samples.opinion(60))
    pages = PdfReader(io.BytesIO(rendered.pdf)).pages
    assert rendered.pages == len(pages) > 25
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    assert "（六十）第60号案卷" in text
    last = re.sub(r"\s", "", pages[-1].extract_text())
    assert "演示章" in "".join(page.extract_text() for page in pages[-2:])
    assert "印发" in last


@pytest.mark.parametrize("count", range(1, 9))
def test_the_page_with_the_seal_always_holds_text(count: int) -> None:
    """GB/T 9704: no page with nothing but signature and seal."""
    for page in PdfReader(io.BytesIO(render(samples.opinion(count, attachments=())).pdf)).pages:
        text = re.sub(r"\s", "", page.extract_text())
        if "2026年11月23日" in text and "演示章" in text:
            assert "依照第二十一条（十）追究责任" in text


def test_rare_names_are_printed() -> None:
    finding = Finding(heading="执法人员李喆、张堃、王祎未出示证件", facts="现场检查时未出示")
    assert "李喆、张堃、王祎" in shown(samples.letter(findings=(finding,)))


def test_markup_in_user_text_stays_text() -> None:
    words = '#read("/etc/passwd")$x$*粗*@a\\u{41}#import"x.typ"'
    finding = Finding(heading=words, facts=words, evidence=(words,))
    text = shown(samples.letter(findings=(finding,), requirements=(words,), addressee=words))
    assert text.count(words) == 5
    assert "root:" not in text


def test_templates_never_evaluate_text() -> None:
    for template in Path(TEMPLATES).glob("*.typ"):
        source = template.read_text(encoding="utf-8")
        assert "eval(" not in source
        assert "read(" not in source


def test_a_draft_has_gaps_instead_of_number_and_date() -> None:
    draft = samples.letter(frame=samples.frame(number=None, seal=Seal.PLACE))
    text = shown(draft)
    assert "建司执监〔2026〕号" in text
    assert "用印位置" in text
    assert "2026年11月23日" not in text
    assert preview_png(draft).startswith(b"\x89PNG")
    assert preview_png(draft, page=1) != preview_png(draft)


def test_a_pending_date_is_marked_in_the_preview() -> None:
    due = Due(day=samples.DUE.day, counted=samples.DUE.counted, pending=True)
    assert preview_png(samples.letter(due=due), page=1) != preview_png(samples.letter(), page=1)


def test_only_the_demo_seal_is_ever_drawn() -> None:
    assert "演示章" in shown(samples.letter())
    assert "演示章" not in shown(samples.letter(frame=samples.frame(seal=Seal.NONE)))


def test_titles_break_outside_brackets() -> None:
    title = "关于《行政执法监督督办函》（建司执监〔2026〕43号）整改情况的报告"
    assert broken(title) == ("关于《行政执法监督督办函》", "（建司执监〔2026〕43号）整改情况的报告")
    assert broken("行政执法监督意见书") == ("行政执法监督意见书",)
    lines = broken("关于提请对许昌市建安区市场监督管理局城关镇中心所及其所属机构作出行政执法监督决定的请示")
    assert all(_width(line) <= TITLE_WIDTH for line in lines)


@pytest.mark.parametrize("name", ["letter", "opinion", "decision", "report"])
def test_word_files_hold_the_text_the_faces_and_the_measures(name: str) -> None:
    data = docx(EVERY[name])
    document = python_docx.Document(io.BytesIO(data))
    written = "".join(p.text for p in document.paragraphs)
    sheet = compose(EVERY[name])  # type: ignore[arg-type]
    assert "".join(run.text for run in sheet.blocks[-1].runs) in written
    section = document.sections[0]
    assert section.top_margin is not None
    assert section.left_margin is not None
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (37, 28)
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    for face in ("方正小标宋简体", "仿宋_GB2312", "黑体"):
        assert f'w:eastAsia="{face}"' in xml
    assert 'w:type="lines"' in xml
    assert samples.frame().code[:2] in section.footer.paragraphs[1].text


def test_a_receipt_has_no_word_file() -> None:
    with pytest.raises(ValueError, match="proof of service"):
        docx(samples.receipt())


def test_faces_begin_with_the_fonts_of_the_standard_and_end_with_the_free_base() -> None:
    assert all(face.families[-1] == "Noto Serif SC" for face in FACES.values())


def test_the_wording_of_another_regulation() -> None:
    law = documents.Regulation(name="《某市行政执法监督规定》", status="", instruments="第七条")
    text = shown(samples.letter(regulation=law))
    assert "《某市行政执法监督规定》第七条" in text
    assert "许昌市行政执法监督办法" not in text
