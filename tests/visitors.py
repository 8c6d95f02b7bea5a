"""People in front of a browser, or nearly so."""

import re
from html import unescape
from typing import Protocol

from django.test import Client

from timeline import fanout
from timeline.models import Tweet, User

TEXT = re.compile(r'<p class="text" dir="auto">(.*?)</p>', re.DOTALL)
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


def post(author: User, *texts: str) -> list[Tweet]:
    """Post and deliver."""
    tweets = [Tweet.objects.create(author=author, text=text) for text in texts]
    fanout.deliver([tweet.pk for tweet in tweets])
    return tweets


def text_of(response: Page) -> str:
    return response.content.decode()


def messages_of(response: Page) -> list[str]:
    """Return what the page says; follow the redirect first."""
    # Read from the page: the test client mixes up the contexts of pages made at the same time.
    return [unescape(message) for message in MESSAGE.findall(text_of(response))]


def shown(page: str) -> list[str]:
    """Return the texts of the tweets on a page."""
    return TEXT.findall(page)
