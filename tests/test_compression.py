"""What travels compressed, and what does not."""

import gzip

import pytest
from django.test import Client

from tests.pictures import image_file, sent
from tests.visitors import signed_in
from timeline import photos
from timeline.models import User

ACCEPTING = {"accept-encoding": "gzip, deflate, br"}

pytestmark = pytest.mark.django_db


def test_pages_travel_compressed_to_who_can_read_that() -> None:
    answer = Client().get("/login/", headers=ACCEPTING)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert b"<!doctype html>" in gzip.decompress(answer.content)
    assert not Client().get("/login/").has_header("Content-Encoding")


def test_the_length_of_a_page_tells_nothing_about_what_is_in_it() -> None:
    pages = [Client().get("/login/", headers=ACCEPTING).content for _ in range(20)]
    # Where the header of gzip may name a file, letters of a random number stand.
    assert len({page.index(b"\0", 10) for page in pages}) > 5


def test_photos_and_archives_are_left_as_they_are(alice: User) -> None:
    browser = signed_in(alice)
    photo = photos.upload(alice, sent(image_file(size=(1200, 900))))
    answer = browser.get(f"/photos/{photo.key}/large/", headers=ACCEPTING)
    assert not answer.has_header("Content-Encoding")
    assert answer["ETag"].startswith('"')

    archive = browser.post("/settings/data/", headers=ACCEPTING)
    assert archive["Content-Type"] == "application/zip"
    assert not archive.has_header("Content-Encoding")
