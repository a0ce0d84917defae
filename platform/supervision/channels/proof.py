"""The open complaint page against robots, and the code with which its author asks: no cookie, no third party.

The form carries a signed token with a nonce and the time at which it was shown. What comes back too soon, too late or
with another signature was not filled in by a person. The query code follows from the nonce, so that the same form sent
twice is one complaint with one code; only whoever holds the form can derive it, through us.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from kernel.errors import Invalid
from kernel.vault import vault

SOONEST: Final = timedelta(seconds=4)
LATEST: Final = timedelta(hours=12)
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are taken for others when read out or copied by hand."""
CODE_LETTERS: Final = 16
_READ_AS: Final = str.maketrans("ILO", "110", " -—－　\t")
_AGAIN: Final = "页面打开时间过长或者内容不完整，请核对后再次提交，已填写的内容都在。"
_TOO_FAST: Final = "提交过快，系统不能确认由本人填写。请稍等几秒后再次提交，已填写的内容都在。"


def new_token(now: datetime) -> str:
    """A token for one form, shown at `now` (the machine's clock)."""
    body = secrets.token_bytes(16) + int(now.timestamp()).to_bytes(8, "big")
    return base64.urlsafe_b64encode(body + _mark(body)).decode().rstrip("=")


def code_of(token: str, now: datetime) -> str:
    """The query code of the form that carries the token. Raises Invalid for a forged, hasty or stale one."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise Invalid(_AGAIN, field="form_token") from None
    body, mark = raw[:24], raw[24:]
    if len(body) != 24 or not hmac.compare_digest(mark, _mark(body)):
        raise Invalid(_AGAIN, field="form_token")
    age = now - datetime.fromtimestamp(int.from_bytes(body[16:], "big"), tz=now.tzinfo)
    if age < SOONEST:
        raise Invalid(_TOO_FAST, field="form_token")
    if age > LATEST:
        raise Invalid(_AGAIN, field="form_token")
    number = int.from_bytes(vault().lookup(f"complaint-code|{body[:16].hex()}")[:10], "big")
    return "".join(LETTERS[number >> (5 * place) & 31] for place in range(CODE_LETTERS))


def _mark(body: bytes) -> bytes:
    return vault().lookup(f"complaint-form|{body.hex()}")[:16]


def spoken(code: str) -> str:
    """7K3M-92QX-…: in groups of four."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def code_hash(code: str) -> bytes:
    """What is kept of a code, however it was typed."""
    return vault().lookup(f"complaint|{code.upper().translate(_READ_AS)}")
