"""Trellis as an app: what browsers are told, and the icons that go with it."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import translation
from PIL import Image


def manifest(language: str = "en") -> dict[str, Any]:
    answer = Client(headers={"accept-language": language}).get("/manifest.webmanifest")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/manifest+json"
    assert "Accept-Language" in answer["Vary"]
    described: dict[str, Any] = answer.json()
    return described


def file_of(address: str) -> str:
    """Return the path of the static file behind an address."""
    found = finders.find(address.removeprefix(settings.STATIC_URL))
    assert found, address
    return str(found)


def login_page() -> str:
    return Client().get("/login/").content.decode()


# Without a database: it is public, and whoever is signed in does not matter.
def test_the_manifest_has_what_browsers_ask_of_an_app() -> None:
    app = manifest()
    assert app["name"] == app["short_name"] == "Trellis"
    assert app["start_url"] == app["scope"] == app["id"] == "/"
    assert app["display"] == "standalone"
    assert {(icon["sizes"], icon["purpose"]) for icon in app["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }


def test_the_manifest_speaks_the_language_of_the_browser() -> None:
    english, chinese = manifest("en"), manifest("zh-CN")
    assert (english["lang"], chinese["lang"]) == ("en", "zh-hans")
    with translation.override("zh-hans"):
        assert chinese["description"] == translation.gettext(english["description"])


def test_each_icon_is_a_small_png_of_the_size_it_claims() -> None:
    for icon in manifest()["icons"]:
        with Image.open(file_of(icon["src"])) as image:
            assert image.format == "PNG"
            assert f"{image.width}x{image.height}" == icon["sizes"]


def test_what_a_system_may_cut_is_painted_up_to_its_edges() -> None:
    for name in ("maskable-512", "apple-touch-180"):
        with Image.open(file_of(f"/static/timeline/icons/{name}.png")) as image:
            alpha = image.convert("RGBA").getchannel("A")
            assert alpha.getextrema() == (255, 255), name


@pytest.mark.django_db
def test_every_page_names_the_manifest_and_the_icon_for_apple() -> None:
    page = login_page()
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    apple = re.search(r'<link rel="apple-touch-icon" href="([^"]+)">', page)
    assert apple
    with Image.open(file_of(apple[1])) as image:
        assert image.size == (180, 180)


@pytest.mark.django_db
def test_the_colours_around_a_page_are_those_of_its_bar_in_both_themes() -> None:
    with open(file_of("/static/timeline/trellis.css")) as sheet:
        light, dark, *_ = re.findall(r"--card: (#\w+);", sheet.read())
    colours = re.findall(
        r'<meta name="theme-color" media="\(prefers-color-scheme: (\w+)\)" content="(.*?)">', login_page()
    )
    assert colours == [("light", light), ("dark", dark)]
    assert manifest()["theme_color"] == light


def test_nothing_keeps_private_pages_for_later() -> None:
    scripts = list((settings.BASE_DIR / "timeline" / "static").rglob("*.js"))
    assert scripts
    assert not [script for script in scripts if "serviceWorker" in script.read_text()]
