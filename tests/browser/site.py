"""The product as a browser meets it: one web process over a copy of the city, and people who click in Chromium.

What a page must never do fails the test that opened it: an error on the console, a breach of the content policy, an
answer of 5xx, a file that does not come.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from cli.demo.accounts import password
from kernel.lifeline import PARENT
from tests.stories import pdf
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
"""The first that is there. The shell is the same engine without the windows around it, which nobody sees here."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=zh-CN",
]
DESK = (1280, 900)
PHONE = (390, 844)
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
EXPECTED = re.compile(r"status of 4(01|03|04|09|12|22|29)\b|^htmx:(sendAbort|afterRequest)\b")
"""Chromium writes every refused answer to the console, and htmx every request that leaving the page cut off: neither
is an error of the page."""


def chromium() -> str | None:
    """The browser of this machine, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


@contextlib.contextmanager
def serving(url: str, log: Path) -> Iterator[str]:
    """`zhunsheng web` over the database `url`, started as `zhunsheng up` starts it. Yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "ZHUNSHENG_PORT": str(port), PARENT: str(os.getpid())}
    command = [sys.executable, "-m", "cli", "web"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    assert server.stdin is not None
    server.stdin.write(f"{url}\n".encode())
    server.stdin.close()
    try:
        _until_it_answers(server, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"the web server does not answer: {log.read_text()}")


@dataclass
class Site:
    """A running product: its address, its database, the browser, and who is in it."""

    address: str
    world: World
    browser: Browser
    problems: list[str] = field(default_factory=list)
    _cookies: dict[tuple[str, str], Any] = field(default_factory=dict)

    async def visitor(self, size: tuple[int, int] = DESK, *, script: bool = True, cookies: Any = ()) -> Visitor:
        """A fresh browser window at the log-in page's door."""
        context = await self.browser.new_context(
            base_url=self.address,
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=1,
            is_mobile=size == PHONE,
            has_touch=size == PHONE,
            java_script_enabled=script,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        if cookies:
            await context.add_cookies(cookies)
        page = await context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("response", self._answered)
        return Visitor(self, context, page)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            self.problems.append(f"console at {message.location.get('url', '')}: {message.text}")

    def _answered(self, response: Response) -> None:
        lost = response.status == 404 and response.request.resource_type != "document"
        if response.status >= 500 or lost:
            self.problems.append(f"{response.status} {response.request.method} {response.url}")

    @contextlib.asynccontextmanager
    async def person(
        self, organ: str, username: str, size: tuple[int, int] = DESK, *, script: bool = True
    ) -> AsyncIterator[Visitor]:
        """A window in which that demo person is logged in: the first one of a file clicks through the log-in page, the
        others send its form."""
        known = self._cookies.get((organ, username))
        visitor = await self.visitor(size, script=script, cookies=known or ())
        try:
            if known is None:
                if self._cookies:
                    await self._enter(visitor.context, organ, username)
                else:
                    await visitor.log_in(organ, username)
                self._cookies[organ, username] = [{**cookie} for cookie in await visitor.context.cookies()]
            yield visitor
        finally:
            await visitor.context.close()

    async def _enter(self, context: BrowserContext, organ: str, username: str) -> None:
        token = TOKEN.findall(await (await context.request.get("/login")).text())[0]
        fields = {"organ": str(await self.world.organ(organ)), "username": username, "password": password()}
        answer = await context.request.post("/login", form={"_csrf_token": token, **fields}, max_redirects=0)
        assert answer.status == 303, await answer.text()

    def check(self) -> None:
        """Nothing went wrong that the pages did not show."""
        found, self.problems[:] = list(self.problems), []
        assert not found, "\n".join(found)


@dataclass(slots=True)
class Visitor:
    """Somebody at a browser, who finds things by the words on the page."""

    site: Site
    context: BrowserContext
    page: Page

    async def goto(self, path: str) -> None:
        await self.page.goto(path)
        self.site.check()

    async def log_in(self, organ: str, username: str) -> None:
        """Through the log-in page: the organ by its name, then account and password."""
        await self.goto("/login")
        await self.pick("单位", organ)
        await self.fill("账号", username)
        await self.fill("密码", password())
        await self.press("登录")

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^{re.escape(label)}\s*(（选填）)?$")).first

    async def fill(self, label: str, value: str) -> None:
        await self.field(label).fill(value)

    async def select(self, label: str, option: str) -> None:
        """The option whose text contains `option`."""
        box = self.field(label)
        value = await box.locator("option").filter(has_text=option).first.get_attribute("value")
        await box.select_option(value)

    def group(self, legend: str, nth: int = 0) -> Locator:
        return self.page.locator("fieldset").filter(has=self.page.locator("legend", has_text=legend)).nth(nth)

    async def choose(self, legend: str, *options: str, nth: int = 0) -> None:
        """Radio cards or boxes of one group."""
        for option in options:
            await self.group(legend, nth).locator("label").filter(has_text=option).first.click()

    async def tick(self, label: str) -> None:
        await self.page.locator(".zs-checklist label").filter(has_text=label).first.click()

    async def pick(self, label: str, organ: str) -> None:
        """An organ by typing its name."""
        box = self.page.get_by_role("combobox", name=label)
        await box.press_sequentially(organ, delay=5)
        await self.page.locator(".zs-option").filter(has_text=organ).first.click()

    async def attach(self, label: str, *names: str, nth: int = 0) -> None:
        """Files that are PDF by their content."""
        payload = [{"name": name, "mimeType": "application/pdf", "buffer": pdf(name)} for name in names]
        box = self.page.get_by_label(re.compile(rf"^{re.escape(label)}")).nth(nth)
        await box.set_input_files(payload)  # type: ignore[arg-type]

    async def press(self, label: str) -> None:
        """A button that sends its form, or a link that looks like one; the next page is there afterwards."""
        button = self.page.get_by_role("button", name=label, exact=True)
        target = button if await button.count() else self.page.get_by_role("link", name=label, exact=True)
        async with self.page.expect_navigation():
            await target.first.click()
        self.site.check()

    async def press_here(self, label: str) -> None:
        """A button that changes the page at hand."""
        await self.page.get_by_role("button", name=label, exact=True).click()

    async def follow(self, text: str) -> None:
        """A link by some of its words."""
        async with self.page.expect_navigation():
            await self.page.locator("main a").filter(has_text=text).first.click()
        self.site.check()

    async def sees(self, *words: str) -> None:
        """The words stand on the page, in any part that is visible."""
        for word in words:
            try:
                await expect(self.page.locator("body")).to_contain_text(word, use_inner_text=True)
            except AssertionError:
                text = await self.page.locator("main").inner_text()
                raise AssertionError(f"“{word}” does not stand on {self.page.url}:\n{text}") from None

    async def misses(self, *words: str) -> None:
        text = await self.page.locator("body").inner_text()
        for word in words:
            assert word not in text, f"{word} stands on {self.page.url}"

    async def heading(self) -> str:
        return (await self.page.locator("h1").inner_text()).strip()

    async def picture(self, name: str, *, height: int = 0, scrolled: int = 0) -> None:
        """Keep a picture for the README, where the run asks for it (SCREENSHOTS=folder)."""
        folder = os.environ.get("SCREENSHOTS")
        size = self.page.viewport_size
        if not folder or size is None:
            return
        await self.page.set_viewport_size({"width": size["width"], "height": height or size["height"]})
        await self.page.evaluate(f"document.activeElement.blur(); scrollTo(0, {scrolled}); document.fonts.ready")
        await self.page.screenshot(path=Path(folder) / name, animations="disabled")
        await self.page.set_viewport_size(size)
