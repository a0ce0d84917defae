"""Copy the browser assets from node_modules into platform/web/static/vendor/ (git-ignored).

Set-up loads this file by its path, before anything is installed: the standard library only. An image build
calls it as `python -m cli.assets` after `npm ci`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

VENDORED = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}
"""Name in the vendor folder → file below node_modules. Versions are pinned by package-lock.json."""


def vendor_folder(root: Path) -> Path:
    return root / "platform" / "web" / "static" / "vendor"


def assets_present(root: Path) -> bool:
    return all((vendor_folder(root) / name).is_file() for name in VENDORED)


def copy_assets(root: Path) -> None:
    """Replace each file at once, so that a server that runs meanwhile never sends half of it."""
    folder = vendor_folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in VENDORED.items():
        fresh = folder / f"{name}.new"
        shutil.copyfile(root / "node_modules" / source, fresh)
        fresh.replace(folder / name)


def main() -> int:
    root = Path(__file__).resolve().parents[2]
    try:
        copy_assets(root)
    except FileNotFoundError as error:
        print(f"missing: {error.filename}; run `npm ci` first", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
