"""The installed product: the wheel holds everything that the checkout runs with, and migrates from where it lies."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from kernel.ids import new_id
from tests.databases import Cluster

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("platform", "tenants", "policy", "jobs", "integrations", "migrations")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_the_wheel_holds_every_file_of_the_product(unpacked: Path) -> None:
    wanted = {
        path.relative_to(ROOT / package if package == "platform" else ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".new"
    }
    held = {path.relative_to(unpacked) for path in unpacked.rglob("*") if path.is_file()}
    assert wanted - held == set()
    assert {path.parts[0] for path in held} <= {path.parts[0] for path in wanted} | {"zhunsheng-0.1.0.dist-info"}
    assert Path("migrations/sql/guard.sql") in held
    assert Path("web/static/vendor/htmx.min.js") in held


@pytest.mark.drill
def test_an_installed_product_migrates_and_appoints_its_first_administrators(unpacked: Path, cluster: Cluster) -> None:
    """From the unpacked wheel and the libraries alone: the checkout is not on the path."""
    admin = cluster.backend("embedded").admin_url
    name = f"zs_wheel_{new_id().hex[-12:]}"
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    try:
        address = make_url(admin).set(database=name).render_as_string(hide_password=False)
        assert "✓" in _installed(unpacked, address, "migrate")
        assert "added" in _installed(unpacked, address, "organs", "load")
        people = ("--system", "韩某", "--security", "冯某", "--audit", "沈某")
        said = _installed(unpacked, address, "accounts", "first", *people, "--generate")
        assert "许昌市司法局" in said
        code = "import kernel.settings as s; print(s.checkout(), s.Settings().home_path)"
        assert str(ROOT) not in _run(unpacked, {}, "-c", code)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        engine.dispose()


def _installed(unpacked: Path, address: str, *words: str) -> str:
    kept = {name: os.environ[name] for name in ("ZHUNSHENG_HOME", "ZHUNSHENG_ROLE_PREFIX")}
    return _run(unpacked, kept | {"ZHUNSHENG_DATABASE_URL": address}, "-m", "cli", *words)


def _run(unpacked: Path, environment: dict[str, str], *words: str) -> str:
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    path = os.pathsep.join([str(unpacked), libraries])
    home = {"HOME": os.environ.get("HOME", "/"), "PATH": os.environ["PATH"]}
    # Without `site` the editable install of the checkout is not found.
    done = subprocess.run(
        [sys.executable, "-S", *words],
        env={**home, **environment, "PYTHONPATH": path},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
