"""`zhunsheng dossier`: whether a sealed dossier is as it was when the letter was written. Needs no database."""

from __future__ import annotations

from pathlib import Path

from cli.console import Failed
from supervision.referrals.dossier import faults


def verify(file: str, sha256: str) -> int:
    """0 when the archive agrees with the value printed in the letter. Raises Failed with everything that does not."""
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise Failed(f"不能读取案卷：{error.strerror}") from None
    found = faults(data, sha256.strip().lower())
    if found:
        raise Failed("\n".join(["案卷与移送文书不一致：", *found]))
    print("案卷与移送文书一致，没有增加、缺少或者改变的文件。")
    return 0
