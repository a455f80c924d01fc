"""The map of all municipalities beside folium's own choropleth of the same areas: bytes over the wire, time to draw.

Run by `make bench`, or `python -m tests.bench.bench_map`. folium's side is favoured: its areas are the simplified
ones, it draws on a canvas, and of the ten files that it links only Leaflet is counted and loaded.
"""

import gzip
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import django

RUNS = 5
WIDTHS = {"desktop": (1280, 800, 1), "phone": (360, 740, 4)}  # width, height, slowdown of the processor
# Two frames after everything has been drawn, the picture is on the screen.
CLOCK = """(() => { const done = () => %s, painted = () => { window.paintedAt = performance.now(); };
const tick = () => done() ? requestAnimationFrame(() => requestAnimationFrame(painted)) : requestAnimationFrame(tick);
requestAnimationFrame(tick); })()"""
PAINTED = """new Promise((tell) => {
const look = () => window.paintedAt ? tell(window.paintedAt) : setTimeout(look, 50); look(); })"""
OURS_DONE = 'document.querySelector("[data-drawn]")'
FOLIUM_DONE = 'document.readyState === "complete"'


@dataclass(frozen=True, slots=True)
class Cost:
    raw: int
    packed: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.raw + other.raw, self.packed + other.packed)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop lives in this thread
    django.setup()
    with _house() as address, TemporaryDirectory() as folder, _files(folder) as files:
        folium_page = Path(folder) / "choropleth.html"
        folium_page.write_text(_choropleth(), encoding="utf-8")
        first, again = _our_bytes()
        own = _cost(folium_page.read_bytes())
        print("Map of all municipalities: ours, and folium's own Choropleth of the same areas\n")
        _print_bytes(first, again, own, own + _leaflet())
        _print_times(f"{address}/test/map/", f"{files}/choropleth.html")


def _print_bytes(first: Cost, again: Cost, own: Cost, with_leaflet: Cost) -> None:
    print(f"{'bytes over the wire (gzip)':<38}{'ours':>12}{'folium':>12}{'ratio':>8}")
    for label, mine, theirs in (
        ("first view, Leaflet included", first, with_leaflet),
        ("each further year", again, own),
    ):
        print(f"{label:<38}{mine.packed:>12,}{theirs.packed:>12,}{theirs.packed / mine.packed:>7.1f}x")
        print(f"{'  unpacked':<38}{mine.raw:>12,}{theirs.raw:>12,}{theirs.raw / mine.raw:>7.1f}x")


def _print_times(ours: str, folium: str) -> None:
    print(f"\n{f'ms, median of {RUNS}':<38}{'ours':>12}{'folium':>12}{'ratio':>8}")
    for name, (width, _height, slowdown) in WIDTHS.items():
        rows = zip(_times(ours, OURS_DONE, name), _times(folium, FOLIUM_DONE, name), strict=True)
        print(f"{name}: {width} px wide, processor at 1/{slowdown}")
        for label, (mine, theirs) in zip(("  opened to painted", "  page's thread busy"), rows, strict=True):
            print(f"{label:<38}{mine:>12,.0f}{theirs:>12,.0f}{theirs / mine:>7.1f}x")


def _times(url: str, done: str, size: str) -> tuple[float, float]:
    """Return ms from opening until painted, and how long the page's own thread worked for it."""
    from playwright.sync_api import sync_playwright

    from tests.browser import ARGUMENTS, CHROMIUM

    width, height, slowdown = WIDTHS[size]
    painted: list[float] = []
    busy: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        for _run in range(RUNS):
            context = browser.new_context(viewport={"width": width, "height": height})
            page = context.new_page()
            page.route(lambda address: "cdn" in address or "code.jquery" in address, lambda route: route.abort())
            page.add_init_script(CLOCK % done)
            session = context.new_cdp_session(page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
            session.send("Performance.enable")
            page.goto(url)
            painted.append(page.evaluate(PAINTED))
            metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
            busy.append(1000 * metrics["TaskDuration"])
            context.close()
        browser.close()
    return median(painted), median(busy)


def _choropleth() -> str:
    """Return folium's own page for the areas and classes that our test page shows, Leaflet from beside it."""
    import folium
    import pandas
    from shapely.geometry import mapping

    from geo import topology
    from geo.models import BoundarySet

    stored = BoundarySet.objects.get(is_current=True)
    areas = topology.decode(json.loads(gzip.decompress(stored.topojson_gzip)))
    features = [
        {"type": "Feature", "id": code, "properties": {}, "geometry": mapping(area)} for code, area in areas.items()
    ]
    values = pandas.DataFrame({"code": list(areas), "value": [int(code) % 4 for code in areas]})
    chart = folium.Map(location=(36.5, 137.5), zoom_start=5, tiles=None, prefer_canvas=True)
    layer = folium.Choropleth(
        {"type": "FeatureCollection", "features": features}, data=values, columns=["code", "value"], key_on="feature.id"
    )
    # Its colour scale fetches d3 from another host.
    for name in [name for name in layer._children if name.startswith("color_map")]:
        del layer._children[name]
    layer.add_to(chart)
    html: str = chart.get_root().render()
    return html.replace("https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js", "leaflet.js")


def _our_bytes() -> tuple[Cost, Cost]:
    """Return what the first view of our page takes, and what another year's takes after it."""
    from django.test import Client

    client = Client()
    page = client.get("/test/map/").content
    folium_files = [part.decode() for part in page.split(b'"') if part.startswith(b"/geo/map-")]
    areas = next(word for word in client.get(folium_files[1]).content.decode().split('"') if "/geo/areas-" in word)
    values = _cost(client.get("/test/values").content) + _cost(client.get(folium_files[1]).content)
    once = [_cost(client.get(folium_files[0]).content), _cost(client.get(areas).content), _cost(page), _leaflet()]
    own = Path(__file__).parents[2] / "geo" / "static" / "geo"
    files = [_cost((own / name).read_bytes()) for name in ("map_data.js", "map_layer.js", "map.js", "map.css")]
    return sum([*once, *files], values), values


def _leaflet() -> Cost:
    from django.conf import settings

    folder = Path(settings.LEAFLET_DIR)
    return _cost((folder / "leaflet.js").read_bytes()) + _cost((folder / "leaflet.css").read_bytes())


def _cost(content: bytes) -> Cost:
    return Cost(len(content), len(gzip.compress(content, 9)))


@contextmanager
def _house() -> Iterator[str]:
    """Serve the house with a page that shows a map, from a database of its own."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread
    from django.test.utils import override_settings, setup_databases, setup_test_environment, teardown_databases

    from geo.services import load_areas

    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    load_areas()
    with override_settings(ROOT_URLCONF="tests.geo.map_urls"):
        server = LiveServerThread("localhost", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        yield f"http://localhost:{server.port}"
        server.terminate()
    teardown_databases(made, verbosity=0)


@contextmanager
def _files(folder: str) -> Iterator[str]:
    """Serve a folder, with Leaflet in it."""
    from django.conf import settings

    for name in ("leaflet.js", "leaflet.css"):
        (Path(folder) / name).write_bytes((Path(settings.LEAFLET_DIR) / name).read_bytes())
    server = ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


if __name__ == "__main__":
    main()
