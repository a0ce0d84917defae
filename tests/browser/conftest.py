"""A browser and a running product for the tests that click."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.site import FLAGS, Site, chromium, serving
from tests.databases import Cluster
from tests.world import World


@pytest.fixture(scope="session")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    """Debian's Chromium. Without one the test is skipped; where CI=true it fails, because there it has to run."""
    path = chromium()
    if path is None:
        reason = "no Chromium on this machine (on Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=path, args=FLAGS, env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        yield opened
        await opened.close()


@pytest.fixture(scope="module")
async def site(
    anyio_backend: str, cluster: Cluster, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """The product over a fresh copy of the city, at 2026-10-09 09:00: one for each file of tests."""
    log: Path = tmp_path_factory.mktemp("web") / "web.log"
    with cluster.backend("embedded").clone() as url:
        world = World.open(url)
        await world.set_clock("2026-10-09 09:00")
        try:
            with serving(url, log) as address:
                yield Site(address, world, browser)
        finally:
            await world.close()
