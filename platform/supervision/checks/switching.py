"""Which models run: the leader of a supervision body switches a noisy one off, for a business line or for all, and
registers the accounts into which fines may be paid (Arts. 8(7), 11(5))."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, update

from kernel.errors import FieldError, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.checks import repository
from supervision.checks.models import CheckHit, CheckSwitch, PayeeAccount
from supervision.checks.rules import ARTICLE, REASON_MAX, catalogue
from tenants.access import Target, authorize
from tenants.organs.codes import BUSINESS_LINES, line_name

MOST_ACCOUNTS = 200
ACCOUNT_MAX = 64


async def switch(work: Work, rule: str, *, enabled: bool, line: str = "", reason: str = "") -> CheckSwitch:
    """Switch a model on or off for one business line (empty: all). Its open hits there are taken back; what was judged
    stays. Raises NotFound for an unknown model, Denied, Invalid without a reason."""
    await authorize(work, "check", "switch", Target(owner_id=work.organ_id))
    if rule not in catalogue():
        raise NotFound
    errors = []
    if line and line not in BUSINESS_LINES:
        errors.append(FieldError("line", "请从列表中选择业务条线。"))
    if not reason.strip():
        errors.append(FieldError("reason", "请写明理由。"))
    elif len(reason) > REASON_MAX:
        errors.append(FieldError("reason", f"不超过 {REASON_MAX} 个字。"))
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)
    row = await repository.switch(work, rule, line)
    if row is None:
        row = CheckSwitch(id=new_id(), city_id=work.city_id, organ_id=work.organ_id, rule=rule, line=line)
        work.session.add(row)
    row.enabled, row.reason = enabled, reason.strip()
    row.changed_by_name, row.changed_at = work.actor.name if work.actor else "系统", work.now
    await work.session.flush()
    if not enabled and not line:
        # Of one business line the next run takes them back: a hit does not know the line of its record.
        await _take_back(work, rule)
    where = line_name(line) if line else "全部业务条线"
    work.record(
        "switch",
        "check_rule",
        row.id,
        title=f"{'启用' if enabled else '停用'}规则模型 {rule} {catalogue()[rule].name}（{where}）",
        note=reason.strip(),
        article=ARTICLE,
        detail={"rule": rule, "line": line, "enabled": enabled},
    )
    return row


async def _take_back(work: Work, rule: str) -> None:
    await work.session.execute(
        update(CheckHit)
        .where(
            CheckHit.city_id == work.city_id,
            CheckHit.organ_id == work.organ_id,
            CheckHit.rule == rule,
            CheckHit.state == "open",
        )
        .values(state="cleared", row_version=CheckHit.row_version + 1)
        .execution_options(synchronize_session=False)
    )


async def set_accounts(work: Work, accounts: Sequence[str]) -> list[PayeeAccount]:
    """Register the accounts into which fines may be paid, all of them anew. Raises Denied, Invalid."""
    await authorize(work, "check", "switch", Target(owner_id=work.organ_id))
    wanted = list(dict.fromkeys(line.strip() for line in accounts if line.strip()))
    if len(wanted) > MOST_ACCOUNTS:
        raise Invalid(f"指定账户不超过 {MOST_ACCOUNTS} 个。", field="accounts", article="8(7)")
    if any(len(account) > ACCOUNT_MAX for account in wanted):
        raise Invalid(f"每个账户不超过 {ACCOUNT_MAX} 个字。", field="accounts", article="8(7)")
    here = (PayeeAccount.city_id == work.city_id, PayeeAccount.organ_id == work.organ_id)
    await work.session.execute(delete(PayeeAccount).where(*here, PayeeAccount.account.not_in(wanted)))
    held = {row.account for row in await repository.accounts(work)}
    for account in wanted:
        if account not in held:
            work.session.add(
                PayeeAccount(
                    id=new_id(),
                    city_id=work.city_id,
                    organ_id=work.organ_id,
                    account=account,
                    added_by_name=work.actor.name if work.actor else "系统",
                )
            )
    await work.session.flush()
    work.record(
        "set_accounts",
        "check_rule",
        None,
        title=f"登记罚款指定账户 {len(wanted)} 个",
        article="8(7)",
        detail={"number": len(wanted)},
    )
    return await repository.accounts(work)
