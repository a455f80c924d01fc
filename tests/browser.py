"""A real browser for tests: phone or desktop, JavaScript on or off, and nothing forgiven.

A page fails its test when the strict CSP blocks anything, a script throws, or a request leaves this host.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary, WeakSet

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

# The shell is the same engine without a desktop browser around it, and takes half the time.
INSTALLED = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
CHROMIUM = Path(os.environ.get("CHROMIUM") or next((path for path in INSTALLED if path.exists()), INSTALLED[0]))
# Root has no sandbox; without the rest, Chromium rings its makers at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
SHOTS = Path(__file__).parent / "shots"
SIZES: dict[str, ViewportSize] = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 800}}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE = 30_000  # milliseconds: a machine with much else to do is no fault of a page
SCRIPTLESS: WeakSet[BrowserContext] = WeakSet()  # contexts without JavaScript
SWITCHES: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()

OpenPage = Callable[..., Page]


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: `make test` as root installs it, or set CHROMIUM to where it is.")
    # Playwright's event loop lives in this thread, and Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """Collects what must not happen on a page."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.faults: list[str] = []

    def attach(self, context: BrowserContext) -> None:
        context.on("request", self.on_request)
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.faults.append(f"a script threw: {error.error}"))

    def on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != self.host:
            self.faults.append(f"a request left the host: {request.url}")

    def on_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or (
            message.type == "error" and "Failed to load" not in message.text
        ):
            self.faults.append(f"console: {message.text}")


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer, settings: Settings) -> Iterator[OpenPage]:
    """Open pages: `open_page("phone", javascript=False)`. Addresses are relative: `page.goto("/classes/")`."""
    url = live_server.url
    settings.PUBLIC_URL = url
    contexts: list[BrowserContext] = []
    watch = Watch(urlsplit(url).netloc)

    def open_one(size: str = "desktop", javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=url,
            viewport=SIZES[size],
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            java_script_enabled=javascript,
            has_touch=size == "phone",
        )
        context.set_default_timeout(PATIENCE)
        watch.attach(context)
        contexts.append(context)
        if not javascript:
            SCRIPTLESS.add(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def browser_page(open_page: OpenPage) -> Page:
    """A desktop page with JavaScript."""
    return open_page("desktop")


@pytest.fixture(params=["phone", "phone-nojs", "desktop", "desktop-nojs"])
def each_page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """The same test four times: both widths, with and without JavaScript."""
    size, _, nojs = str(request.param).partition("-")
    return open_page(size, javascript=not nojs)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Assert that axe finds nothing against WCAG 2.2 AA: `axe(page)`."""

    def check(page: Page) -> None:
        with scripts_for_axe(page) if page.context in SCRIPTLESS else nullcontext():
            found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]}).response["violations"]
        lines = [f"{v['id']} ({v['impact']}): {v['help']}: {v['nodes'][0]['html']}" for v in found]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check


@contextmanager
def scripts_for_axe(page: Page) -> Iterator[None]:
    """The page stays as it was drawn without JavaScript: its own scripts were passed over, and axe alone can run."""
    if page not in SWITCHES:  # kept: with its end, the page would forget that it is seen on paper
        SWITCHES[page] = page.context.new_cdp_session(page)
    # A session takes the value that it believes in already for no change.
    for disabled in (True, False):
        SWITCHES[page].send("Emulation.setScriptExecutionDisabled", {"value": disabled})
    try:
        yield
    finally:
        SWITCHES[page].send("Emulation.setScriptExecutionDisabled", {"value": True})


@pytest.fixture
def shot() -> Callable[[Page, str], Path]:
    """Keep a picture of the whole page in tests/shots: `shot(page, "sign-up-phone")`.

    Pictures are to be looked at: `pytest -n 0` takes them. Where several processes run everything, nobody looks.
    """

    def take(page: Page, name: str) -> Path:
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{name}.png"
        if "PYTEST_XDIST_WORKER" not in os.environ:
            page.screenshot(path=path, full_page=True)
        return path

    return take


@pytest.fixture
def fits_width() -> Callable[[Page], None]:
    """Assert that nothing has to be scrolled sideways to be read: `fits_width(page)`."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= seen, f"{page.url} is {wide} px wide in a window of {seen}"

    return check
