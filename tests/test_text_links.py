"""Addresses and mentions in what people write."""

import re
from html import unescape

import pytest

from timeline.links import linked


def links(text: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'<a href="([^"]*)"', linked(text))]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org", "https://example.org"),
        ("see https://example.org/a?b=c&d=e#f.", "https://example.org/a?b=c&d=e#f"),
        ("(https://example.org/a)", "https://example.org/a"),
        ("https://example.org/Bean_(plant)", "https://example.org/Bean_(plant)"),
        ("https://example.org/a), she said", "https://example.org/a"),
        ("看https://example.org/豆。很好", "https://example.org/豆"),
        ("「http://example.org」", "http://example.org"),
        ("HTTPS://EXAMPLE.ORG!", "HTTPS://EXAMPLE.ORG"),
        ("https://example.org/\u202egnp.exe", "https://example.org/"),
        ("@bob", "/people/bob/"),
        ("thanks, @bob.", "/people/bob/"),
        ("@林小红，你好", "/people/%E6%9E%97%E5%B0%8F%E7%BA%A2/"),
        ("https://example.org/@bob", "https://example.org/@bob"),
    ],
)
def test_what_becomes_a_link(text: str, address: str) -> None:
    assert links(text) == [address]


@pytest.mark.parametrize("text", ["javascript:alert(1)", "https://", "ftp://example.org", "me@example.org", "@", "@."])
def test_what_stays_text(text: str) -> None:
    assert linked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        'https://example.org/"onclick="alert(1)',
        "https://a/<b>&'",
        "x" * 500,
        "👩\u200d👧 {} %s",
    ],
)
def test_nothing_is_lost_and_all_is_escaped(text: str) -> None:
    html = linked(text)
    assert unescape(re.sub(r"</?a\b[^>]*>", "", html)) == text
    assert not re.search(r"<(?!/?a\b)|\sonclick=", re.sub(r'"[^"]*"', '""', html))


def test_another_site_is_told_nothing() -> None:
    assert 'rel="noopener noreferrer nofollow"' in linked("https://example.org")
