"""What the endpoints of the JSON API share: bodies, files, and how a route is declared."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import delete, get, post
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Response
from litestar.types import AnyCallable

from kernel.errors import Invalid

API = "/api/v1"
LARGEST = 2_147_483_647
Number = Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
Amount = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Version = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]
Cursor = Annotated[str, QueryParameter(max_length=500)]
Words = Annotated[str, QueryParameter(max_length=100)]
Code = Annotated[str, msgspec.Meta(max_length=60)]
Line = Annotated[str, msgspec.Meta(max_length=300)]
Prose = Annotated[str, msgspec.Meta(max_length=20_000)]
Route = Callable[[AnyCallable], HTTPRouteHandler]
SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
"""Media types that a browser may show instead of keeping."""


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request's content. A member that the schema does not name is refused: a typing error never passes silently,
    and nothing is set that the schema does not offer."""


class VersionInput(Body, frozen=True):
    """`version` of the record that the caller read; another one answers 412. Left out: the present one."""

    version: Version | None = None


class ReasonInput(Body, frozen=True):
    """A reason in words."""

    reason: Prose
    version: Version | None = None


class FileInput(Body, frozen=True):
    """A file: its name, its content in base64. The type is found in the content."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    content: str
    origin: Line = ""


def decoded(file: FileInput, field: str = "files") -> bytes:
    """The content of a file. Raises Invalid for what is no base64."""
    try:
        return base64.b64decode(file.content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"文件“{file.name}”的内容应为 Base64 编码。", field=field) from None


def file_answer(name: str, data: bytes, media_type: str = "application/pdf") -> Response[bytes]:
    """A file under its own name; what a browser cannot show safely is kept."""
    way = "inline" if media_type in SHOWN else "attachment"
    headers = {
        "content-disposition": f"{way}; filename*=UTF-8''{quote(name, safe='')}",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(data, media_type=media_type, headers=headers)


def read(path: str, operation: str, summary: str, tags: Sequence[str], *, description: str = "") -> Route:
    """A route that only reads; the handler's return type is its answer."""
    return get(
        f"{API}{path}", operation_id=operation, summary=summary, description=description or summary, tags=list(tags)
    )


def download(path: str, operation: str, summary: str, tags: Sequence[str], *, media_type: str = "*/*") -> Route:
    """A route that answers with a file."""
    return get(
        f"{API}{path}",
        operation_id=operation,
        summary=summary,
        description=summary,
        tags=list(tags),
        responses={200: ResponseSpec(bytes, generate_examples=False, description="文件", media_type=media_type)},
    )


def command(
    path: str,
    operation: str,
    summary: str,
    tags: Sequence[str],
    answers: Any,
    *,
    status: int = 200,
    description: str = "",
    **options: Any,
) -> Route:
    """A route that changes something and answers with `answers`; it honours Idempotency-Key through `turn`."""
    return _changing(
        post,
        f"{API}{path}",
        operation,
        summary,
        tags=tags,
        answers=answers,
        status=status,
        about=description,
        **options,
    )


def removal(path: str, operation: str, summary: str, tags: Sequence[str], answers: Any) -> Route:
    """A route that takes something away and answers with `answers`."""
    return _changing(delete, f"{API}{path}", operation, summary, tags=tags, answers=answers, status=200, about="")


def _changing(
    method: Any,
    path: str,
    operation: str,
    summary: str,
    *,
    tags: Sequence[str],
    answers: Any,
    status: int,
    about: str,
    **options: Any,
) -> Route:
    spec = ResponseSpec(answers, generate_examples=False, description=summary, media_type=MediaType.JSON)
    made: Route = method(
        path,
        operation_id=operation,
        summary=summary,
        description=about or summary,
        tags=list(tags),
        status_code=status,
        responses={status: spec},
        **options,
    )
    return made
