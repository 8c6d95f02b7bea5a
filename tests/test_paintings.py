"""The pictures of the demo circle: each is a photo that could be posted, and no two are the same."""

import pytest
from PIL import Image

from timeline import demo
from timeline.paintings import PAINTERS, painting


@pytest.mark.parametrize("name", PAINTERS)
def test_a_painting_is_a_picture_and_always_the_same(name: str) -> None:
    first, again, other = (painting(name, seed) for seed in (1, 1, 2))
    assert first.getvalue() == again.getvalue() != other.getvalue()
    image = Image.open(first)
    assert image.size == (1024, 768)
    assert len(image.getcolors(maxcolors=1_000_000) or []) > 100


def test_the_demo_circle_asks_for_what_can_be_painted() -> None:
    wanted = {painted for *_rest, album in demo.ALBUMS for painted, _alt in album} | set(demo.PICTURES.values())
    assert wanted == set(PAINTERS)
