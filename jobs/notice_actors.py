"""The actors of what leaves the product: notices to persons, messages to a tenant's other systems."""

from __future__ import annotations

from uuid import UUID

import structlog

from jobs.runtime import errand, job
from kernel.errand import Errand
from kernel.work import Work

log = structlog.get_logger()


@job("dispatch_notice", together=25)
async def dispatch_notice(work: Work, notice_id: str) -> None:
    """Make the deliveries of one line of the bell, each once (Articles 18 to 20)."""
    from integrations.notify import service as notify

    await notify.dispatch(work, UUID(notice_id))


@errand("send_notice")
async def send_notice(leading: Errand, sending_id: str) -> None:
    """Hand one text to its gateway; what it did not take is tried again by the sweep."""
    from integrations.notify import service as notify

    await notify.hand_over(leading, UUID(sending_id))


@job("send_digest")
async def send_digest(work: Work, person_id: str, channel: str) -> None:
    """Send what one person's quiet hours held back, as one text."""
    from integrations.notify import service as notify

    await notify.digest(work, UUID(person_id), channel)


@job("wake_notices")
async def wake_notices(work: Work) -> None:
    """Hand out texts to be tried again and the digests of nights that are over."""
    from integrations.notify import service as notify

    handed = await notify.wake(work)
    if handed:
        log.info("notices handed out", number=handed)


@job("tell_webhooks")
async def tell_webhooks(work: Work) -> None:
    """Have every organ with webhooks look at its trail, and hand out what is due to be tried again."""
    from integrations.webhooks import service as webhooks

    await webhooks.tell_all(work)
    await webhooks.wake(work)


@job("tell_webhooks_of")
async def tell_webhooks_of(work: Work) -> None:
    """Make one organ's messages from what its trail has new, each once."""
    from integrations.webhooks import service as webhooks

    await webhooks.tell(work)


@errand("send_webhook")
async def send_webhook(leading: Errand, message_id: str) -> None:
    """Try one message; what was not taken is tried again on the schedule of the specification."""
    from integrations.webhooks import service as webhooks

    await webhooks.hand_over(leading, UUID(message_id))
