"""People in front of a browser, or nearly so."""

import re
from html import unescape
from typing import Protocol

from django.test import Client

from timeline.models import User

MESSAGE = re.compile(r'<li class="message [^"]*" dir="auto">(.*?)</li>')


class Page(Protocol):
    """What the test client returns, as far as its text goes."""

    @property
    def content(self) -> bytes: ...


def signed_in(user: User) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Page) -> str:
    return response.content.decode()


def messages_of(response: Page) -> list[str]:
    """Return what the page says; follow the redirect first."""
    # Read from the page: the test client mixes up the contexts of pages made at the same time.
    return [unescape(message) for message in MESSAGE.findall(text_of(response))]
