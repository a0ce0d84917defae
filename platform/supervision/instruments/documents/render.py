"""From a document to its files: PDF/A for the archive, a picture for the preview, Word for further work."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from kernel import settings
from kernel.typeset import Face, Typesetter
from kernel.wording import format_date
from supervision.instruments.documents.kinds import Document
from supervision.instruments.documents.models import ReceiptDocument
from supervision.instruments.documents.referral_wording import compose
from supervision.instruments.documents.sheet import frame_data

TEMPLATES = Path(__file__).parent.parent / "templates"

_SERIF = ("Noto Serif SC",)
FACES: Mapping[str, Face] = {
    "title": Face(("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", *_SERIF), weight=600),
    "body": Face(("仿宋_GB2312", "FangSong_GB2312", "FangSong", "FandolFang R", *_SERIF), latin=_SERIF),
    "head": Face(("黑体", "SimHei", "FandolHei", "Noto Sans SC", *_SERIF)),
    "subhead": Face(("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "FandolKai", *_SERIF), latin=_SERIF),
    "song": Face(("宋体", "SimSun", *_SERIF)),
}
"""GB/T 9704 names 小标宋, 仿宋, 黑体, 楷体, 宋体; licensed fonts first, free ones after, Noto for rare names."""

_PAGES = re.compile(rb"/Count (\d+)")


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A finished document: the bytes, their SHA-256 in hexadecimal, and the number of pages."""

    pdf: bytes
    sha256: str
    pages: int


@lru_cache(maxsize=1)
def typesetter() -> Typesetter:
    """The typesetter of this process, with the fonts of ZHUNSHENG_FONT_DIR when that is set."""
    folder = settings.load().font_dir
    return Typesetter(TEMPLATES, FACES, Path(folder) if folder else None)


def render(document: Document, setter: Typesetter | None = None) -> Rendered:
    """The document as PDF/A-2b; the same document and fonts always give the same bytes.

    Raises `kernel.typeset.UnprintableText` (422) when a character is in none of the fonts.
    """
    template, data = _laid_out(document)
    pdf = (setter or typesetter()).pdf(template, data, created=document.frame.created)
    pages = max(int(n) for n in _PAGES.findall(pdf))
    return Rendered(pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), pages=pages)


def preview_png(document: Document, *, page: int = 0, ppi: float = 110, setter: Typesetter | None = None) -> bytes:
    """One page as a picture; what issue or service may still change is marked yellow."""
    template, data = _laid_out(document)
    return (setter or typesetter()).png(template, data, page=page, ppi=ppi)


def preview_pages(document: Document, *, ppi: float = 110, setter: Typesetter | None = None) -> list[bytes]:
    """Every page as a picture, in order."""
    template, data = _laid_out(document)
    return (setter or typesetter()).pngs(template, data, ppi=ppi)


def docx(document: Document) -> bytes:
    """The document as a Word file with the fonts that GB/T 9704 names. ValueError for a proof of service."""
    if isinstance(document, ReceiptDocument):
        raise ValueError("a proof of service is a form; it has no Word file")
    # Loaded with the first Word file: it would hold up every start.
    from supervision.instruments.documents.word import word_file

    return word_file(compose(document))


def _laid_out(document: Document) -> tuple[str, dict[str, Any]]:
    if isinstance(document, ReceiptDocument):
        return "receipt.typ", _receipt(document)
    return "sheet.typ", compose(document).data()


def _receipt(document: ReceiptDocument) -> dict[str, Any]:
    frame = document.frame
    document_line = f"《{document.document}》（{document.document_number}），{document.pages}"
    rows = [
        ["送达文书", document_line],
        ["受送达单位", document.receiver],
        ["送达地点", document.address],
        ["送达方式", document.manner],
        ["收到时间", document.received_at],
        ["受送达人签名或者盖章", document.received_by],
        ["代收人与受送达单位的关系", document.relation],
        ["送达人（两人）", "、".join(document.servers)],
        ["拒收情况和见证人", document.refusal],
        ["系统送达回执编号", document.receipt_id],
        ["备注", document.remarks],
    ]
    dated = format_date(frame.dated) if frame.dated else None
    return {
        **frame_data(frame),
        "form": "standard",
        "name": "送达回证",
        "mark": frame.issuer,
        "rows": rows,
        "dated": dated,
    }
