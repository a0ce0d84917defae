"""Posts kept in step with supervision certificates: who may handle matters is asked of the post (Article 6)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel.work import Work
from tenants.registers import repository
from tenants.registers.models import Certificate, Officer
from tenants.staff import repository as staff
from tenants.staff.models import Post


async def project_to_posts(work: Work, file: Officer) -> int:
    """Write the officer's valid supervision certificate onto every post of the person, in whichever tenant, or take
    it off where it stood and holds no longer. Returns how many posts changed.

    Call it in the transaction that issues, suspends, restores, cancels or takes back a certificate, with `file`
    readable by the work's organ. A number that came from another organ's file is left alone. Without a person behind
    the file there is no post.
    """
    if file.person_id is None:
        return 0
    await work.session.flush()
    async with work.acting_as(file.organ_id):
        held = [c for c in await repository.certificates(work, [file.id]) if c.kind == "supervision"]
    best = _best(held, work.today)
    numbers = {c.number for c in held}
    changed = 0
    for view in await staff.posts_of(work, file.person_id, work.today):
        number, until = _wanted(view.certificate_no, view.certificate_until, best, numbers)
        if (number, until) != (view.certificate_no, view.certificate_until):
            changed += await _write(work, view.organ_id, view.post_id, number, until)
    return changed


def _best(held: list[Certificate], today: date) -> Certificate | None:
    valid = [c for c in held if c.status == "valid" and c.valid_from <= today <= c.valid_until]
    return max(valid, key=lambda c: (c.valid_until, c.id), default=None)


def _wanted(number: str, until: date | None, best: Certificate | None, numbers: set[str]) -> tuple[str, date | None]:
    if best is not None:
        return best.number, best.valid_until
    return ("", None) if number in numbers else (number, until)


async def _write(work: Work, organ_id: UUID, post_id: UUID, number: str, until: date | None) -> int:
    async with work.acting_as(organ_id):
        post = await work.session.get(Post, (work.city_id, post_id))
        if post is None:
            return 0
        post.certificate_no, post.certificate_until = number, until
        what = f"记载监督证 {number}" if number else "注销监督证记载"
        work.record("note_certificate", "post", post.id, title=f"{what}（{post.person_name}）", article="6")
        await work.session.flush()
    return 1
