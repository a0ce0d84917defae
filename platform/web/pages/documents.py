"""Whether a printed document is genuine: open to everybody, says only what is printed on it anyway."""

from __future__ import annotations

import re
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Template
from litestar.response.redirect import Redirect
from sqlalchemy import text

from kernel.clock import local_date
from kernel.errors import ZhunshengError, code_of
from kernel.wording import format_date
from web import entry
from web.access import OPEN
from web.frame import plain
from web.turns import Req

CODE = re.compile(r"[0-9A-Z]{4,32}")
STATES = {"withdrawn": "制发单位已撤回", "superseded": "已被新的文书代替"}
LIVING = "有效"


def normal(code: str) -> str:
    """7k3m-92qx and 7K3M 92QX are the same code."""
    return code.strip().upper().replace(" ", "").replace("—", "-")


@get("/verify", opt={OPEN: True}, sync_to_thread=False)
def verify_form(request: Req) -> Template | Redirect:
    """The field for the code; a browser without script sends it here."""
    code = normal(request.query_params.get("code", ""))
    if CODE.fullmatch(code.replace("-", "")):
        return Redirect(f"/verify/{code}", status_code=303)
    wrong = "验证码由字母和数字组成，印在文书版记的上方。" if code else ""
    return plain(request, "help/verify.html", title="文书验证", code=code, found=None, asked=False, wrong=wrong)


@get("/verify/{code:str}", opt={OPEN: True})
async def verify(request: Req, code: FromPath[str]) -> Template:
    """What is known of a code; the same page for a wrong one, with 404."""
    wanted = normal(code)
    async with entry.visiting(request) as work:
        row = (
            await work.session.execute(text("select * from guard.verify_document(:code)"), {"code": wanted})
        ).one_or_none()
    found: dict[str, Any] | None = None
    if row is not None:
        found = {
            "title": row.title,
            "number": row.number,
            "issued": format_date(local_date(row.issued_at)),
            "issuer": row.issuer,
            "pages": row.pages,
            "sha256": row.sha256,
            "state": STATES.get(row.state, LIVING),
            "living": row.state not in STATES,
        }
    status = 200 if found else 404
    return plain(
        request, "help/verify.html", title="文书验证", status=status, code=wanted, found=found, asked=True, wrong=""
    )


@get("/docs/problems", opt={OPEN: True}, sync_to_thread=False)
def problems(request: Req) -> Template:
    """What each `type` of a problem document means: its address leads here, to the anchor of its code."""
    return plain(request, "help/problems.html", title="接口错误说明", kinds=problem_kinds())


def problem_kinds() -> list[tuple[int, str, str]]:
    """Status, code and sentence of every class of the tree of errors, by status."""
    found: set[tuple[int, str, str]] = set()
    waiting: list[type[ZhunshengError]] = [ZhunshengError]
    while waiting:
        kind = waiting.pop()
        found.add((kind.status, code_of(kind), kind.default_message))
        waiting += kind.__subclasses__()
    return sorted(found)


ROUTES = [verify_form, verify, problems]
