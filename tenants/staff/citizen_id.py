"""Citizen identity numbers (GB 11643-1999): length, date of birth and the MOD 11-2 check character. Pure.

The place of first registration is not looked up: it stays valid after a division is renamed or abolished
(411023 许昌县 became 411003 建安区), and libraries that look it up reject current codes.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from kernel.errors import Invalid

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_EARLIEST = date(1900, 1, 1)


def check_character(first17: str) -> str:
    """The 18th character for the first 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def check_citizen_id(text: str, *, today: date | None = None, field: str = "citizen_id") -> str:
    """An 18-character identity number in its plain form (full-width narrowed, spaces dropped, X upper case).

    With `today`, a date of birth after it is refused. Raises Invalid; the number is never repeated in the
    message, because messages are logged.
    """
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if len(number) != 18:
        hint = "；15位旧号码请换成18位" if len(number) == 15 else ""
        raise Invalid(f"公民身份号码应为18位，现为{len(number)}位{hint}。", field=field)
    if re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number) is None:
        raise Invalid("公民身份号码前17位应为数字，最后一位应为数字或X。", field=field)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Invalid("公民身份号码第7至14位不是真实存在的出生日期。", field=field) from None
    if born < _EARLIEST or (today is not None and born > today):
        raise Invalid("公民身份号码中的出生日期不在合理范围内。", field=field)
    if check_character(number[:17]) != number[17]:
        raise Invalid("公民身份号码的校验码（最后一位）不正确，请核对。", field=field)
    return number
