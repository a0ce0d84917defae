"""PDF of a supervision opinion, warm, against a bare typst compile of the same text.

Both sides use the same engine, fonts and PDF standard, in one thread, taking turns; every document has other
text, so that nothing is answered from typst's cache. The bare side sets the text as plain paragraphs of one page
style: no red head, no seal, no imprint, no page numbers.
"""

from __future__ import annotations

import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import typst

from kernel.typeset import PDF_STANDARD
from supervision.instruments.documents import OpinionDocument, render
from supervision.instruments.documents.render import typesetter
from supervision.instruments.documents.wording import compose
from tests.supervision.instruments import samples

BARE = """#let d = json(bytes(sys.inputs.data))
#set document(date: datetime(year: 2026, month: 11, day: 23))
#set page(paper: "a4", margin: (top: 37mm, left: 28mm, bottom: 35mm, right: 26mm))
#set text(font: d.fonts, size: 16pt, lang: "zh", region: "cn")
#set par(justify: true, first-line-indent: 2em)
#for line in d.lines { par(line) }
"""


def run(*, quick: bool) -> dict[str, object]:
    """`ratio_to_typst` is the median of documents over the median of bare compiles, in milliseconds."""
    rounds = 60 if quick else 600
    setter = typesetter()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "bare.typ"
        source.write_text(BARE, encoding="utf-8")
        compiler = typst.Compiler(root=folder, font_paths=setter.fonts, ignore_system_fonts=True)
        families = setter.faces["body"]["families"]

        def bare(lines: list[str]) -> bytes:
            data = json.dumps({"lines": lines, "fonts": families}, ensure_ascii=False)
            result = compiler.compile(
                str(source),
                format="pdf",
                sys_inputs={"data": data},
                pdf_standards=PDF_STANDARD,
                timestamp=0,
                pdf_tags=False,
            )
            assert isinstance(result, bytes)
            return result

        ours, theirs, sizes = _measure(rounds, bare)
    mine, other = statistics.median(ours), statistics.median(theirs)
    return {
        "documents": rounds,
        "ms_per_opinion": round(mine, 2),
        "ms_per_bare": round(other, 2),
        "p95_ms": round(statistics.quantiles(ours, n=20)[-1], 2),
        "kb": round(statistics.mean(sizes) / 1024, 1),
        "ratio_to_typst": round(mine / other, 3),
    }


def _measure(rounds: int, bare: Callable[[list[str]], bytes]) -> tuple[list[float], list[float], list[int]]:
    ours: list[float] = []
    theirs: list[float] = []
    sizes: list[int] = []
    gc.disable()
    for n in range(rounds + 10):
        mine, peer = _opinion(2 * n), _lines(_opinion(2 * n + 1))
        start = time.perf_counter()
        rendered = render(mine)
        middle = time.perf_counter()
        bare(peer)
        end = time.perf_counter()
        if n >= 10:
            ours.append((middle - start) * 1000)
            theirs.append((end - middle) * 1000)
            sizes.append(len(rendered.pdf))
    gc.enable()
    return ours, theirs, sizes


def _opinion(n: int) -> OpinionDocument:
    return samples.opinion(
        matter=f"建监〔2026〕{n}号",
        findings=tuple(samples.finding(1000 * n + k) for k in range(3)),
        requirements=tuple(f"第{n}号：{words}" for words in samples.REQUIREMENTS),
    )


def _lines(document: OpinionDocument) -> list[str]:
    sheet = compose(document)
    body = ["".join(run.text for run in block.runs) for block in sheet.blocks]
    frame = document.frame
    ends = [frame.issuer, frame.code_hint, frame.contact, *document.attachments]
    return [sheet.mark, frame.number or "", *sheet.title, document.addressee, *body, *ends]
