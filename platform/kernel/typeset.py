"""Typesetting with Typst: templates in a folder, data as JSON, the same bytes for the same data.

A template reads its data with ``json(bytes(sys.inputs.data))`` and its fonts with
``json(bytes(sys.inputs.faces))``. Data reaches Typst as strings, never as markup, so nothing that a user
writes is executed; what cannot be printed honestly (control characters, invisible and direction-changing
ones) is taken out first.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import typst

from kernel.clock import SHANGHAI
from kernel.errors import Invalid

PDF_STANDARD: Literal["a-2b"] = "a-2b"
"""PDF/A-2b: fonts embedded, no outside references, the archive format of the product."""

FREE_FONT_FOLDERS = (
    Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"),
    Path("/usr/share/texmf/fonts/opentype/public/fandol"),
    Path("/usr/share/fonts/opentype/fandol"),
)
"""Where distributions put the Fandol family (GPL with font exception): 仿宋, 黑体, 楷体, 宋体."""

_DROPPED = {"Cc", "Cf", "Cs"}
_UNPRINTABLE = re.compile(r"could not be displayed")
_QUOTED = re.compile(r'`"(?P<text>.+?)"`')
_ESCAPED = re.compile(r"\\u\{(?P<code>[0-9a-fA-F]+)\}")


class UnprintableText(Invalid):
    """A character is in none of the fonts; `detail["characters"]` names it. Nothing was produced.

    A document that must be kept for decades may not show an empty box in the place of a name.
    """


@dataclass(frozen=True, slots=True)
class Face:
    """What a template asks for by role: families in order of preference, and the weight it wants.

    When the first family present has no such weight, the template is told to thicken the strokes.
    """

    families: tuple[str, ...]
    weight: int = 400
    latin: tuple[str, ...] = ()
    """Families for figures and Latin letters, when they should not come from the Chinese family."""


def clean(text: str) -> str:
    """The text without what must not reach paper: control, format and surrogate characters.

    Line ends become ``\\n``; a tab becomes a space. Format characters include the ones that reverse the
    direction of reading, with which a name or an amount could be made to look like another. Private-use
    and unassigned characters stay: no font has them, so they end in `UnprintableText`, not in a lost name.
    """
    if text.isprintable():
        return text
    text = re.sub("\r\n?|[\u2028\u2029\u0085]", "\n", text).replace("\t", " ")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _DROPPED)


def cleaned(value: Any) -> Any:
    """`value` with every string in it cleaned, for JSON: mappings, sequences, dates (as ISO text)."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {str(k): cleaned(v) for k, v in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence):
        return [cleaned(v) for v in value]
    return value


def base_font_folder() -> Path:
    """The folder of Noto Serif SC and Noto Sans SC, which hold 20,900 characters, rare names among them."""
    spec = find_spec("pylopdf_fonts_zh_cn")
    if spec is None or spec.origin is None:
        raise RuntimeError("the base fonts are not installed (pylopdf-fonts-zh-cn)")
    return Path(spec.origin).parent


def font_folders(configured: Path | None) -> list[Path]:
    """Folders searched for fonts: the configured one, else free ones of the system; always the base."""
    chosen = [configured] if configured else [p for p in FREE_FONT_FOLDERS if p.is_dir()][:1]
    return [*chosen, base_font_folder()]


@lru_cache(maxsize=8)
def _fonts(folders: tuple[Path, ...]) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(f) for f in folders])


class Typesetter:
    """Compiles the templates below `root`. Safe to share between threads: each has its own compiler.

    `faces` maps roles ("body", "title", …) to what they prefer; only families that are present are handed
    to the template, so that the result depends on the fonts and the data alone.
    """

    def __init__(self, root: Path, faces: Mapping[str, Face], font_dir: Path | None = None) -> None:
        self.root = root.resolve()
        self.fonts = _fonts(tuple(font_folders(font_dir)))
        self.faces = self._present(faces)
        self._faces_json = json.dumps(self.faces, ensure_ascii=False, sort_keys=True)
        self._local = threading.local()

    def pdf(self, template: str | Path, data: Mapping[str, Any], *, created: date | datetime) -> bytes:
        """PDF/A-2b. `created` is the only time in the file, so the same input gives the same bytes."""
        if not isinstance(created, datetime):
            created = datetime.combine(created, time.min, SHANGHAI)
        stamp = int(created.timestamp())
        return self._one(
            lambda compiler, source, inputs: compiler.compile(
                source,
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=PDF_STANDARD,
                timestamp=stamp,
                pdf_tags=False,
            ),
            template,
            data,
        )

    def png(self, template: str | Path, data: Mapping[str, Any], *, page: int = 0, ppi: float = 110) -> bytes:
        """One page as a picture; `page` counts from 0 and stops at the last page."""
        return self._page(self._pages("png", template, data, ppi), page)

    def pngs(self, template: str | Path, data: Mapping[str, Any], *, ppi: float = 110) -> list[bytes]:
        """Every page as a picture."""
        return self._pages("png", template, data, ppi)

    def svg(self, template: str | Path, data: Mapping[str, Any], *, page: int = 0) -> bytes:
        """One page as SVG (UTF-8); `page` counts from 0 and stops at the last page."""
        return self._page(self._pages("svg", template, data, None), page)

    def page_count(self, template: str | Path, data: Mapping[str, Any]) -> int:
        """How many pages the document has."""
        return len(self._pages("svg", template, data, None))

    def _pages(
        self, kind: Literal["png", "svg"], template: str | Path, data: Mapping[str, Any], ppi: float | None
    ) -> list[bytes]:
        result = self._compile(
            lambda compiler, source, inputs: compiler.compile(source, format=kind, sys_inputs=inputs, ppi=ppi),
            template,
            data,
        )
        return result if isinstance(result, list) else [result]

    @staticmethod
    def _page(pages: list[bytes], page: int) -> bytes:
        return pages[max(0, min(page, len(pages) - 1))]

    def _one(self, act: _Act, template: str | Path, data: Mapping[str, Any]) -> bytes:
        result = self._compile(act, template, data)
        return result[0] if isinstance(result, list) else result

    def _compile(self, act: _Act, template: str | Path, data: Mapping[str, Any]) -> bytes | list[bytes]:
        source = (self.root / template).resolve()
        if not source.is_relative_to(self.root):
            raise ValueError(f"template outside the template folder: {template}")
        inputs = {"data": json.dumps(cleaned(data), ensure_ascii=False), "faces": self._faces_json}
        try:
            result = act(self._compiler(), str(source), inputs)
        except typst.TypstError as error:
            raise _explained(error) from error
        if result is None:
            raise RuntimeError("typst returned nothing")
        return result

    def _compiler(self) -> typst.Compiler:
        compiler: typst.Compiler | None = getattr(self._local, "compiler", None)
        if compiler is None:
            compiler = typst.Compiler(root=str(self.root), font_paths=self.fonts, ignore_system_fonts=True)
            self._local.compiler = compiler
        return compiler

    def _present(self, faces: Mapping[str, Face]) -> dict[str, dict[str, Any]]:
        weights: dict[str, int] = {}
        for font in self.fonts.fonts():
            weights[font.family] = max(font.weight, weights.get(font.family, 0))
        found: dict[str, dict[str, Any]] = {}
        for role, face in faces.items():
            families = [name for name in face.families if name in weights]
            if not families:
                raise ValueError(f"no font for {role}: none of {', '.join(face.families)}")
            thin = weights[families[0]] < face.weight
            latin = next((name for name in face.latin if name in weights and name != families[0]), None)
            found[role] = {"families": families, "weight": face.weight, "thicken": thin, "latin": latin}
        return found


_Act = Callable[[typst.Compiler, str, dict[str, str]], bytes | list[bytes] | None]


def _explained(error: typst.TypstError) -> Exception:
    message = getattr(error, "message", "") or str(error)
    quoted = _QUOTED.search(message)
    if not _UNPRINTABLE.search(message) or quoted is None:
        return RuntimeError(f"typst: {message}")
    characters = _ESCAPED.sub(lambda m: chr(int(m["code"], 16)), quoted["text"])
    return UnprintableText(
        f"现有字库中没有“{characters}”字，文书不能生成。",
        remedy="请核对该字；确需使用的，由系统管理员在字库文件夹中加入含有该字的字体。",
        detail={"characters": characters},
    )
