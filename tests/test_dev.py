"""The task script: nothing but the standard library, steps that can be skipped, errors that say what to do."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev_under_test", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dev_py(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Without site-packages: an import of anything installed would fail."""
    command = [sys.executable, "-I", "-S", str(ROOT / "dev.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["dev.py", "platform/cli/assets.py"])
def test_only_the_standard_library_is_imported(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / name).read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= sys.stdlib_module_names


def test_help_lists_every_command(dev: ModuleType) -> None:
    done = dev_py("help")
    assert done.returncode == 0
    assert all(re.search(rf"^  {name}\b", done.stdout, re.MULTILINE) for name in [*dev.COMMANDS, "setup", "help"])


def test_an_unknown_command_is_refused_with_the_help() -> None:
    done = dev_py("tset")
    assert done.returncode == 2
    assert "unknown command: tset" in done.stderr
    assert "python3 dev.py COMMAND" in done.stderr


def test_the_lock_is_cut_into_pins_with_their_hashes(dev: ModuleType) -> None:
    pins = dev._pins()
    assert len(pins) == len(re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==", (ROOT / "requirements.lock").read_text(), re.M))
    assert all("--hash=sha256:" in pin for pin in pins)
    assert sum(pin.startswith("uv==") for pin in pins) == 1


def checkout(dev: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A copy of the files that set-up reads; the steps are recorded in place of being run."""
    for name in ("requirements.lock", "pyproject.toml", "package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "platform" / "cli").mkdir(parents=True)
    shutil.copy(ROOT / "platform" / "cli" / "assets.py", folder / "platform" / "cli")
    for source in dev._assets_module().VENDORED.values():
        path = folder / "node_modules" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* {source} */")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    for name, value in {
        "ROOT": folder,
        "VENV": folder / ".venv",
        "PYTHON": python,
        "LOCK": folder / "requirements.lock",
    }.items():
        monkeypatch.setattr(dev, name, value)
    done: list[str] = []
    monkeypatch.setattr(dev, "_set_up_python", lambda: done.append("python"))
    monkeypatch.setattr(dev, "_npm_ci", lambda: done.append("npm"))
    return done


def test_set_up_does_only_what_changed(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = checkout(dev, tmp_path, monkeypatch)
    dev.setup()
    assert done == ["python", "npm"]
    vendor = tmp_path / "platform" / "web" / "static" / "vendor"
    assert sorted(path.name for path in vendor.iterdir()) == ["echarts.min.js", "htmx.min.js", "tabler.min.css"]

    started = time.monotonic()
    dev.setup()
    assert done == ["python", "npm"]
    assert time.monotonic() - started < 0.3

    (vendor / "htmx.min.js").unlink()
    dev.setup()
    assert done == ["python", "npm", "npm"]

    (tmp_path / "pyproject.toml").write_text("# another entry point\n")
    dev.setup()
    assert done == ["python", "npm", "npm", "python"]


def test_a_failed_step_is_done_again(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = checkout(dev, tmp_path, monkeypatch)
    dev.setup()
    (tmp_path / "requirements.lock").write_text("uv==1 --hash=sha256:0\n")

    def fail() -> None:
        raise dev.Failed("no network")

    with monkeypatch.context() as broken:
        broken.setattr(dev, "_set_up_python", fail)
        with pytest.raises(dev.Failed, match="no network"):
            dev.setup()
    dev.setup()
    assert done == ["python", "npm", "python", "npm"]


def test_a_failing_program_is_shown_with_the_way_out(dev: ModuleType) -> None:
    with pytest.raises(dev.Failed, match=r"(?s)ended with 3:.*disk is full.*make room"):
        dev.run([sys.executable, "-c", "print('disk is full'); raise SystemExit(3)"], "make room")


def test_progress_is_one_line_a_step_outside_a_terminal(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with dev.step("first"):
        pass
    with pytest.raises(ValueError, match="broken"), dev.step("second"):
        raise ValueError("broken")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  0.")[0] for line in lines] == ["  ✓ first", "  ✗ second"]


def test_the_mirror_of_pip_is_passed_on(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert dev._uv_index()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    assert "UV_DEFAULT_INDEX" not in dev._uv_index()


TWO = ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], TWO),
        (["-n0", "tests/kernel"], ["-n0", "tests/kernel"]),
        (["--drills"], [*TWO, "-m", "drill or not drill"]),
        (["--drills", "-m", "drill"], [*TWO, "-m", "drill"]),
        (["-k", "matter"], [*TWO, "-k", "matter"]),
    ],
)
def test_what_pytest_is_asked(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: list[str]
) -> None:
    asked: list[list[object]] = []
    monkeypatch.setattr(dev, "setup", lambda: None)
    monkeypatch.setattr(dev, "ensure_browser", lambda: None)
    monkeypatch.setattr(dev, "become", asked.append)
    dev.test(arguments)
    assert asked == [[dev.PYTHON, "-m", "pytest", *expected]]


@pytest.mark.parametrize(("status", "browser"), [(0, "chromium-headless-shell"), (100, "chromium")])
def test_as_root_the_shell_is_installed_where_debian_has_it(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, status: int, browser: str
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0)
    monkeypatch.setattr(dev, "run", lambda command, **_: ran.append(command))
    monkeypatch.setattr(dev.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, status))
    dev.ensure_browser()
    assert ran[-1][-2:] == [browser, "fonts-noto-cjk"]


def test_without_root_the_browser_is_only_mentioned(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    dev.ensure_browser()
    assert "not installed: chromium, fonts-noto-cjk" in capsys.readouterr().out
