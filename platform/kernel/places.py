"""Where the product's own files are: in a checkout and in an installed wheel the folders lie differently."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def folder_of(package: str) -> Path:
    """The folder of an installed package of the product, found without importing the package itself."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed with the product")
    return Path(spec.origin).parent


def checkout() -> Path | None:
    """The root of the checkout that this code runs from; None when it was installed as a wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").exists() and (root / "platform" / "kernel").is_dir() else None
