"""The open complaint page: a complaint becomes a clue of the competent justice department (Arts. 5, 17).

Nothing of its author is recorded but what he himself wrote: the transaction has no address and no account in it.
"""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Final
from uuid import UUID

from kernel.clock import system_now
from kernel.errors import FieldError, Invalid, NotFound, TooMany
from kernel.ids import new_id
from kernel.work import Work
from supervision.channels import repository
from supervision.channels.commands import Complain
from supervision.channels.models import PublicComplaint
from supervision.channels.proof import code_hash, spoken
from supervision.channels.rules import MERGED_END, PUBLIC_STATES
from supervision.channels.views import Complained, ComplaintProgress
from supervision.clues import service as clues
from supervision.clues.commands import ComplainantInput, RegisterClue
from supervision.clues.intake import DESK
from supervision.clues.models import Clue
from supervision.deadlines import service as deadlines
from supervision.deadlines.notices import notify
from tenants.organs.directory import Directory, directory

SOURCE: Final = "complaint"
HANDING_IN: Final = ("hand_in", 20, 3600)
ASKING: Final = ("ask", 30, 600)
"""(what, how often, seconds): tries of one network address, counted in the database for all processes."""
FILES_MOST: Final = 5
NOT_FOUND: Final = "没有查到。请核对查询码；查询码只在提交时显示一次，不能找回。"


async def refusal(work: Work, limit: tuple[str, int, int], address: str) -> TooMany | None:
    """Count a try of an address. The caller raises what is returned after this transaction is over: a refusal that
    rolls its own count back would count nothing."""
    what, most, window = limit
    row = await repository.count_try(work, _address_key(what, address), most, window, 0)
    if row.failures <= most:
        return None
    seconds = max(1, int((row.until - system_now()).total_seconds()))
    words = f"您所在的网络地址操作过于频繁，请 {-(-seconds // 60)} 分钟后再试，或者拨打12345政务服务便民热线。"
    return TooMany(words, detail={"retry_after": seconds})


async def forgive(work: Work, limit: tuple[str, int, int], address: str) -> None:
    """Take a try out of the count: it was no guess."""
    await repository.refund_try(work, _address_key(limit[0], address))


def _address_key(what: str, address: str) -> bytes:
    """Of an address, or of the /64 network that one subscriber of IPv6 has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        near = address
    else:
        whole = isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None
        near = str(
            ipaddress.ip_network((found, 64), strict=False) if whole else getattr(found, "ipv4_mapped", 0) or found
        )
    return hashlib.sha256(f"complaint|{what}|{near}".encode()).digest()


def areas(tree: Directory) -> list[tuple[UUID, str]]:
    """The governments whose justice departments take complaints, the city's first."""
    found = [
        (o.id, tree.short(o.id).removesuffix("人民政府").removesuffix("政府"))
        for o in tree.organs.values()
        if o.kind == "government"
        and tree.facts[o.id].alive_on(tree.on)
        and tree.government_of(o.id) == o.id
        and tree.supervision_body_of(o.id) is not None
    ]
    return sorted(found, key=lambda pair: (len(tree.path(pair[0])), tree.get(pair[0]).sort_key or ""))


def handler(tree: Directory, organ_id: UUID | None, government_id: UUID | None) -> UUID:
    """The justice department that handles a complaint: of the government that the organ belongs to, or of the place;
    for one about a justice department or its government, the one above. Raises Invalid where there is none."""
    about = organ_id or government_id
    government = tree.government_of(about) if about in tree.organs and about is not None else None
    body = tree.supervision_body_of(government) if government is not None else None
    if body is None:
        raise Invalid("请选择发生地所在的县（市、区）。", field="government", article="5")
    if organ_id is not None and organ_id in (body, government):
        above = tree.upper_supervision_body(body)
        if above is None:
            raise Invalid("反映该单位的问题，请向其上一级机关提出。", field="organ", article="2(1)")
        return above
    return body


async def complain(work: Work, command: Complain) -> Complained:
    """Take a complaint. The same form sent again is the same complaint. Raises Invalid for each field."""
    tree, digest = await directory(work), code_hash(command.code)
    if len(command.attachments) > FILES_MOST:
        raise Invalid(f"附件最多 {FILES_MOST} 个。", field="attachments")
    owner = handler(tree, command.organ_id, command.government_id)
    async with work.acting_as(owner):
        known = await repository.complaint_with(work, digest)
        clue = await repository.clue(work, known.clue_id) if known else await _register(work, command, digest)
        acceptance = [d for d in await deadlines.for_subject(work, clue.id) if d.rule_key == "clue.acceptance"]
    due = acceptance[0].due_on if acceptance else work.today
    return Complained(organ=tree.name(owner), code=spoken(command.code), accept_by=due)


async def _register(work: Work, command: Complain, digest: bytes) -> Clue:
    named = bool(command.name.strip())
    found = RegisterClue(
        source=SOURCE,
        title=command.title,
        facts=command.facts,
        place=command.place,
        happened_on=command.happened_on,
        subject_organ_id=command.organ_id,
        subject_name="" if command.organ_id else command.organ_text,
        subject_unknown=command.organ_id is None,
        complainant=ComplainantInput(
            name=command.name, contact=command.contact, anonymous=not named, confidential=True
        ),
        attachments=command.attachments,
    )
    clue = await clues.register(work, found)
    work.session.add(
        PublicComplaint(id=new_id(), city_id=work.city_id, organ_id=work.organ_id, clue_id=clue.id, code_hash=digest)
    )
    await notify(
        work, work.organ_id, kind="clue", title=f"收到群众投诉举报：线索 {clue.number}", link=f"/clues/{clue.id}",
        roles=DESK, article="17", due_on=clue.next_due_on,
    )  # fmt: skip
    return clue


async def ask(work: Work, code: str) -> ComplaintProgress:
    """What became of a complaint, in plain words, for whoever has its code. Raises NotFound in the same words for every
    wrong code."""
    row = await repository.progress(work, code_hash(code)) if code.strip() else None
    if row is None:
        raise NotFound(NOT_FOUND)
    tree, book = await directory(work), await deadlines.rulebook(work)
    label, sentence = PUBLIC_STATES[row.state]
    if row.state == "dismissed":
        sentence = f"原因：{book.dismissal_reason(row.reason_code).name}。"
    elif row.state == "merged" and row.merged_ended:
        label, sentence = "已办结", f"{sentence}{MERGED_END}"
    return ComplaintProgress(
        received_at=row.received_at,
        organ=tree.name(row.organ_id),
        state_label=label,
        sentence=sentence,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def in_words_of_the_form(wrong: Invalid) -> list[FieldError]:
    """The errors of a refused complaint under the names of the open form's fields."""
    names = {"subject": "organ", "subject_organ_id": "organ", "complainant_name": "name"}
    found = wrong.errors or [FieldError("facts", wrong.message)]
    return [FieldError(names.get(e.field, e.field), e.message) for e in found]
