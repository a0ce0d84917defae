"""A browser and a running product for the tests that click."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
    with cluster.backend("embedded").clone() as url:
        async with opened(url, browser, tmp_path_factory) as site:
            await site.world.set_clock("2026-10-09 09:00")
            yield site


@pytest.fixture(scope="module")
async def demo_site(
    anyio_backend: str,
    cluster: Cluster,
    browser: Browser,
    demo_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Site]:
    """The product over the demo city with its casework, today."""
    with cluster.backend("embedded").clone(demo_template) as url:
        async with opened(url, browser, tmp_path_factory) as site:
            yield site


@asynccontextmanager
async def opened(url: str, browser: Browser, folders: pytest.TempPathFactory) -> AsyncIterator[Site]:
    world = World.open(url)
    try:
        with serving(url, folders.mktemp("web") / "web.log") as address:
            yield Site(address, world, browser)
    finally:
        await world.close()
