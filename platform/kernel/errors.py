"""One tree of errors: a status, a machine code, a Chinese sentence and the article that it rests on.

Services raise these; the three edges (web, jobs, cli) turn them into problem+json, a page, a retry decision
or a line on the terminal. The class name in snake case is the machine code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong input: `field` is the name used by the form and the API, `message` says what to write instead."""

    field: str
    message: str


def code_of(kind: type[Exception]) -> str:
    """The machine code of a class of errors: its name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


class ZhunshengError(Exception):
    """Base of every error that a user may see.

    `message` is a Chinese sentence; `article` the code of the article it rests on (``"20"``, ``"2(1)"``,
    ``"行政强制法:25"``); `remedy` what the user can do instead; `detail` extra members of the problem document.
    """

    status: ClassVar[int] = 500
    default_message: ClassVar[str] = "系统暂时不能完成这一操作，请稍后再试。"

    def __init__(
        self,
        message: str = "",
        *,
        article: str | None = None,
        field: str | None = None,
        remedy: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.article = article
        self.field = field
        self.remedy = remedy
        self.detail = detail or {}
        super().__init__(self.message)

    @property
    def code(self) -> str:
        return code_of(type(self))


class Unauthenticated(ZhunshengError):
    status = 401
    default_message = "请先登录。"


class Denied(ZhunshengError):
    """Policy refuses; the reader may know that the thing exists."""

    status = 403
    default_message = "您的岗位不能办理这一事项。"


class NotFound(ZhunshengError):
    """Not there, or outside the reader's scope: the sentence is the same in both cases."""

    status = 404
    default_message = "该事项不存在，或者不在您所在单位的查看范围内。"


class IllegalTransition(ZhunshengError):
    """The step is not possible in the present state of the record."""

    status = 409
    default_message = "当前环节不能办理这一步。"


class Barred(ZhunshengError):
    """The law forbids the step for now: recusal, pending reconsideration or litigation, the two-year bar."""

    status = 409
    default_message = "依照规定，现在不能办理。"


class IdempotencyConflict(ZhunshengError):
    """The same Idempotency-Key came with other parameters."""

    status = 409
    default_message = "同一提交标识已用于另一内容，请重新打开页面后提交。"


class Stale(ZhunshengError):
    """Somebody changed the record since the user read it."""

    status = 412
    default_message = "该记录已被他人修改，请对照后重新提交。"


class TooLarge(ZhunshengError):
    status = 413
    default_message = "文件超过允许的大小。"


class Invalid(ZhunshengError):
    """Bad input. `errors` names every field; nothing was stored."""

    status = 422
    default_message = "有内容需要修改。"

    def __init__(
        self,
        message: str = "",
        *,
        field: str | None = None,
        errors: list[FieldError] | None = None,
        article: str | None = None,
        remedy: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        self.errors = list(errors or [])
        if field is not None and not self.errors:
            self.errors = [FieldError(field, message or self.default_message)]
        if not message and len(self.errors) == 1:
            message = self.errors[0].message
        super().__init__(message, article=article, field=field, remedy=remedy, detail=detail)


class TooMany(ZhunshengError):
    """Too many attempts; `detail["retry_after"]` is in seconds."""

    status = 429
    default_message = "操作过于频繁，请稍后再试。"


class Unavailable(ZhunshengError):
    """A part that the step needs (database, broker, disk) does not answer; nothing was stored."""

    status = 503
    default_message = "系统正在恢复，内容没有保存，请稍后再试。"
