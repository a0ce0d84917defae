"""The check of a sealed dossier on the terminal."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cli.__main__ import main
from supervision.referrals.dossier import archive, manifest


def test_a_dossier_is_checked_against_the_value_in_the_letter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = manifest({"referral": "1"}, [], [])
    file = tmp_path / "dossier.zip"
    file.write_bytes(archive(text, {}))
    assert main(["dossier", str(file), hashlib.sha256(text).hexdigest().upper()]) == 0
    assert "一致" in capsys.readouterr().out
    for path, value in ((str(file), "0" * 64), (str(tmp_path / "none.zip"), "0" * 64)):
        assert main(["dossier", path, value]) == 1
    assert "校验值不一致" in capsys.readouterr().err
