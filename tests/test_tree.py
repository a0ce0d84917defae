"""What the repository must never hold, and what its documents may promise."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]

REGISTRIES = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))] + [
    ".".join(parts) for parts in (("npmmirror", "com"), ("jsdelivr", "net"), ("unpkg", "com"), ("cdnjs", "com"))
]
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/[\w.-]+")
KEY_BLOCK = re.compile("-----BEGIN [A-Z ]*PRIVATE" + " KEY-----")
ASSETS = re.compile(r"\.min\.(js|css)$|\.(woff2?|ttf|otf|eot|whl|jar)$|(^|/)(node_modules|vendor)/")
MADE_LATER = re.compile(r"^(\.venv|\.zhunsheng|node_modules|platform/web/static/vendor|uv\.lock)(/|$)")
OUR_PATH = re.compile(
    r"`((?:platform|tenants|policy|jobs|integrations|migrations|tests|docs|\.ci)/[\w./-]*|[\w-]+\.(?:py|toml|lock|md))`"
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")


@cache
def tracked() -> tuple[Path, ...]:
    """Files that are, or are about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def texts() -> list[tuple[str, str]]:
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((str(path.relative_to(ROOT)), content.decode()))
    assert len(found) > 20
    return found


def test_no_registry_is_named() -> None:
    """Lock files hold hashes, not addresses: every organ installs from the mirror that it can reach."""
    assert [(name, host) for name, text in texts() for host in REGISTRIES if host in text] == []


def test_no_path_of_a_machine() -> None:
    assert [(name, m.group()) for name, text in texts() for m in MACHINE_PATHS.finditer(text)] == []


def test_no_private_key() -> None:
    assert [name for name, text in texts() if KEY_BLOCK.search(text)] == []


def test_no_third_party_asset() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked()]
    assert [name for name in names if ASSETS.search(name)] == []


def test_every_pin_of_the_lock_has_hashes() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text())
    assert len(entries) > 50
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_documented_paths_exist() -> None:
    """A path must exist; a bare file name must be the name of some file of ours."""
    missing = []
    ours = {path.name for path in tracked()}
    for name, text in texts():
        if not name.endswith(".md"):
            continue
        folder = (ROOT / name).parent
        links = [(target, folder / target) for target in LINK.findall(text)]
        named = [(target, ROOT / target) for target in OUR_PATH.findall(text)]
        for target, path in links + named:
            if path.exists() or (folder / target).exists() or MADE_LATER.match(target):
                continue
            if "/" in target or target not in ours:
                missing.append((name, target))
    assert missing == []
