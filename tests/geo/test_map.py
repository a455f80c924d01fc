import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from geo.map import LegendEntry, Point, pack_points, pack_values, render_map
from geo.map.recipe import Recipe
from geo.services import load_areas

pytestmark = pytest.mark.urls("tests.geo.map_urls")
OpenPage = Callable[..., Page]


@pytest.fixture
def areas(db: None) -> None:
    load_areas()


@pytest.fixture
def served(transactional_db: None) -> None:
    load_areas()


def recipe(**changes: object) -> Recipe:
    facts: dict[str, object] = {
        "name": "coverage",
        "areas_url": "/geo/areas-1.topojson",
        "values_url": "/values",
        "points_url": None,
        "colours": (("no_shop", "#d55e00"),),
        "point_colours": (),
    }
    return Recipe(**{**facts, **changes})  # type: ignore[arg-type]


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^"]+)"', page)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_holds_no_code_of_its_own_and_names_no_other_host(areas: None, client: Client) -> None:
    page = client.get("/test/map/").content.decode()

    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page)
    assert [one for one in addresses(page) if "//" in one] == []
    assert "folium-map" in page
    assert "概略" in page


def test_foliums_script_and_style_are_files_that_may_be_kept_for_ever(areas: None, client: Client) -> None:
    page = client.get("/test/map/").content.decode()
    files = [one for one in addresses(page) if one.startswith("/geo/map-")]

    script, style = client.get(files[1]), client.get(files[0])
    assert "L.map(" in script.content.decode()
    assert "/test/values" in script.content.decode()
    assert "#map_coverage" in style.content.decode()
    assert "html, body" not in style.content.decode()
    for answer in (script, style):
        assert "immutable" in answer["Cache-Control"]
        assert not re.search(r"https?://|//cdn", answer.content.decode())


def test_the_same_map_has_the_same_address_in_every_process() -> None:
    assert recipe().token() == recipe().token()
    assert Recipe.of_token(recipe().token()) == recipe()
    assert recipe(values_url="/other").token() != recipe().token()


def test_nobody_can_write_a_script_of_their_own(client: Client) -> None:
    token = recipe(values_url="/values").token()
    forged = "x" + token

    assert client.get(reverse("geo:map-file", args=["0" * 12, forged, "js"])).status_code == 404
    with pytest.raises(ValueError, match="JavaScript name"):
        recipe(name="a;alert(1)")


def test_what_stands_in_a_recipe_cannot_leave_its_string(client: Client) -> None:
    token = recipe(values_url="</script><script>alert('1')</script>").token()
    script = client.get(reverse("geo:map-file", args=["0" * 12, token, "js"]))

    assert "<" not in script.content.decode()
    assert script["Cache-Control"] == "no-store"  # the hash in the address isn't that of the content


def test_before_the_areas_are_loaded_the_page_says_so(db: None) -> None:
    shown = render_map(name="m", title="t", legend=[LegendEntry("a", "あ", "#000000")], values_url="/v")

    assert "まだ読み込まれていません" in shown.html
    assert (shown.scripts, shown.sheets) == ("", "")


# --- the values -------------------------------------------------------------------------------------------------------


def unpack(packed: dict[str, str]) -> dict[str, str]:
    """What map.js does with them."""
    kinds = {}
    for kind, steps in packed.items():
        code = 0
        for step in steps.split():
            code += int(step, 36)
            kinds[f"{code:05d}"] = kind
    return kinds


def test_values_come_back_as_they_went_and_are_a_few_hundred_bytes(areas: None, client: Client) -> None:
    kinds = {f"{n:05d}": ("shop", "none", "covered")[n * n % 3] for n in range(1101, 47382, 27)}
    packed = pack_values(kinds)

    assert unpack(packed["classes"]) == kinds
    assert len(gzip.compress(json.dumps(packed).encode())) < 3000
    assert pack_values({}) == {"classes": {}}


def test_points_are_columns_of_short_steps() -> None:
    packed = pack_points([Point(43.05, 141.35, "held", "北"), Point(35.69, 139.75, "planned", "南")])

    assert packed["lats"] == [356900, 430500 - 356900]
    assert packed["lons"] == [1397500, 1413500 - 1397500]
    assert [packed["kinds"][index] for index in packed["kind"]] == ["planned", "held"]
    assert packed["names"] == ["南", "北"]
    assert pack_points([Point(1, 2, "held")])["names"] == []


def data_of(page: Page) -> set[str]:
    """The addresses that the page asks for ahead of its scripts."""
    links = page.locator("link[rel=preload]").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return {link.removeprefix("/") for link in links}


# --- in a browser: the fixture fails the test on any breach of the policy, error or foreign request -------------------


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_map_is_drawn_under_the_strict_policy(
    served: None, open_page: OpenPage, size: str, shot: Callable[[Page, str], Path], fits_width: Callable[[Page], None]
) -> None:
    page = open_page(size)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("/", 3)[3]))
    answer = page.goto("/test/map/")
    page.wait_for_selector("[data-drawn]")

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    colours = page.evaluate(
        """() => { const c = document.querySelector(".area-map-drawing"), seen = {};
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) {
          const k = [d[i], d[i + 1], d[i + 2]].join(); seen[k] = (seen[k] || 0) + 1; }
        return seen; }"""
    )
    assert all(colours.get(rgb, 0) > 50 for rgb in ("213,94,0", "86,180,233", "230,230,230"))
    assert [one for one in asked if "areas-" in one or "values" in one] == sorted(set(asked) & data_of(page))
    fits_width(page)
    shot(page, f"map-{size}")


def test_a_name_in_kana_is_found_and_told_in_words(served: None, open_page: OpenPage) -> None:
    page = open_page("desktop")
    page.goto("/test/map/")
    page.wait_for_selector("[data-drawn]")

    page.get_by_label("市区町村の名前").fill("はこだて")
    page.get_by_role("button", name="北海道函館市").click()
    expect(page.get_by_role("status")).to_contain_text("函館市：")
    page.get_by_label("市区町村の名前").fill("無い町の名")
    expect(page.get_by_role("status")).to_have_text("見つかりませんでした。")


def test_markup_in_a_name_or_note_is_shown_as_text(served: None, open_page: OpenPage) -> None:
    page = open_page("desktop")
    page.goto("/test/map/")
    page.wait_for_selector("[data-drawn]")

    page.get_by_label("市区町村の名前").fill("函館市")
    page.get_by_role("button", name="さがす").click()
    expect(page.locator(".area-map-tip")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".area-map-tip img").count() == 0


def test_the_keys_move_the_map_and_its_buttons_are_large_and_named(served: None, open_page: OpenPage) -> None:
    page = open_page("phone")
    page.goto("/test/map/")
    page.wait_for_selector("[data-drawn]")
    chart = page.get_by_role("group", name="実施状況の地図")

    before = chart.locator("canvas").screenshot()
    chart.focus()
    page.keyboard.press("+")
    page.wait_for_timeout(600)
    assert chart.locator("canvas").screenshot() != before
    for name in ("拡大する", "縮小する"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_a_prefecture_is_shown_large(served: None, open_page: OpenPage) -> None:
    page = open_page("phone")
    page.goto("/test/map/")
    page.wait_for_selector("[data-drawn]")

    page.get_by_label("都道府県").select_option("沖縄県")
    centre = page.evaluate("map_coverage.getCenter()")
    assert 24 < centre["lat"] < 28
    assert page.evaluate("map_coverage.getZoom()") > 5


def test_axe_finds_nothing(served: None, open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    page = open_page("phone")
    page.goto("/test/map/")
    page.wait_for_selector("[data-drawn]")
    axe(page)


def test_without_javascript_the_page_says_where_else_to_look(served: None, open_page: OpenPage) -> None:
    page = open_page("phone", javascript=False)
    page.goto("/test/map/")

    expect(page.get_by_text("地図が表示されないときは、下の表で同じことがわかります。")).to_be_visible()
    expect(page.get_by_text("ショップも講習会もない")).to_be_visible()
    expect(page.get_by_label("市区町村の名前")).to_be_hidden()
