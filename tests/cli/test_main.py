"""The operator's program: help at once, tables aligned, errors as sentences."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import settings_table
from cli.__main__ import main
from cli.console import Failed, step, table
from cli.organs import explain
from kernel.errors import FieldError, Invalid
from kernel.settings import FIELDS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["up"],
        ["web"],
        ["worker"],
        ["relay"],
        ["scheduler"],
        ["migrate"],
        ["organs", "load"],
        ["accounts", "first"],
        ["calendar", "import"],
        ["demo", "advance"],
        ["settings"],
        ["status"],
        ["backup"],
        ["backup", "verify"],
        ["restore"],
        ["dossier"],
    ],
)
def test_every_command_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    assert "usage: zhunsheng" in capsys.readouterr().out


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom cli.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'sqlalchemy', 'litestar', 'psycopg', 'granian', 'dramatiq', 'alembic'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_second_start_needs_no_orm() -> None:
    """What the launcher itself imports before the web server answers."""
    code = (
        "import sys, cli.up, cli.installation, cli.prepare\n"
        "sys.exit(', '.join({'sqlalchemy', 'alembic', 'granian'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_wrong_call_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["organs"])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_chinese_columns_stand_under_each_other() -> None:
    lines = table([("单位", "a"), ("x", "b")]).splitlines()
    assert lines == ["  单位  a", "  x     b"]


def test_a_step_tells_how_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    with step("one"):
        pass
    with pytest.raises(Failed), step("two"):
        raise Failed("no")
    said = capsys.readouterr().out
    assert "✓ one" in said
    assert "✗ two" in said


def test_wrong_cells_are_listed_and_cut_off() -> None:
    error = Invalid("有 50 处", errors=[FieldError(f"organs.csv:{n}:name", "必填。") for n in range(50)])
    lines = explain(error).splitlines()
    assert lines[1] == "  organs.csv:0:name  必填。"
    assert lines[-1] == "  … 10 more"


def test_the_documented_table_is_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    document = (ROOT / "docs" / "operations.md").read_text("utf-8")
    if os.environ.get("ZHUNSHENG_UPDATE_GOLDEN") == "1":
        before, _, rest = document.partition("| variable |")
        after = rest[rest.index("\n\n") :]
        document = before + settings_table.markdown() + after
        (ROOT / "docs" / "operations.md").write_text(document, "utf-8")
    assert settings_table.markdown() in document, "run the test once with ZHUNSHENG_UPDATE_GOLDEN=1"


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from kernel import settings

    monkeypatch.setenv("ZHUNSHENG_BROKER_URL", "amqp://guest:verysecret@127.0.0.1")
    settings.load.cache_clear()
    try:
        assert main(["settings"]) == 0
    finally:
        monkeypatch.undo()
        settings.load.cache_clear()
    said = capsys.readouterr().out
    assert "verysecret" not in said
    assert all(entry.metadata["env"] in said for entry in FIELDS)
