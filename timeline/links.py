"""Addresses and mentions in what people write, made into links; everything else stays text."""

import re
from urllib.parse import quote

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from timeline.mentions import ENDING, MENTION

# An address ends at a space, at a quote or bracket of markup, at punctuation of scripts that put no space after it
# (U+3000 on, and the full-width forms), and at marks that turn the direction of writing: they could show another one.
ADDRESS = r"https?://[^\s<>\"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u3000-\u303f\uff00-\uff65]+"
LINK = re.compile(rf"(?P<address>{ADDRESS})|{MENTION.pattern}", re.IGNORECASE)
# What ends a sentence rather than the address in it.
TRAILING = ".,;:!?'*_~…’”"
CLOSING = {")": "(", "]": "[", "}": "{"}


def linked(text: str) -> SafeString:
    """Return the text as HTML; the links to people are by syntax alone, so that a page asks for nobody."""
    parts, end = [], 0
    for found in LINK.finditer(text):
        shown, link = link_to(found)
        parts += [(text[end : found.start()],), (link,)]
        end = found.start() + len(shown)
    return format_html_join("", "{}", [*parts, (text[end:],)])


def link_to(found: re.Match[str]) -> tuple[str, str]:
    """Return what of a match belongs to the link, and the link."""
    if found["address"]:
        address = without_punctuation(found["address"])
        return address, link_outside(address)
    name = found[0].rstrip(ENDING)
    return (name, link_to_person(name)) if len(name) > 1 else (found[0], found[0])


def link_outside(address: str) -> str:
    """Return a link that tells the other site nothing; a bare `https://` is no address."""
    if not address.partition("://")[2]:
        return address
    return format_html('<a href="{}" rel="noopener noreferrer nofollow" dir="ltr">{}</a>', address, address)


def link_to_person(name: str) -> str:
    """Return a link to whoever is mentioned by `@name`."""
    # Not by `reverse`: it is a part of the address, whatever is in it.
    return format_html('<a href="/people/{}/">{}</a>', quote(name[1:], safe=""), name)


def without_punctuation(address: str) -> str:
    """Return the address without what ends the sentence around it, brackets only if they were not opened in it."""
    while address and (address[-1] in TRAILING or is_unopened(address)):
        address = address[:-1]
    return address


def is_unopened(address: str) -> bool:
    """Tell whether the address ends with a closing bracket that belongs to the text around it."""
    opening = CLOSING.get(address[-1])
    return opening is not None and address.count(address[-1]) > address.count(opening)
