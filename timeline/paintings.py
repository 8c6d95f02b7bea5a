"""Pictures for the demo circle, painted when it is made: there is no photo that everybody may have."""

import io
import math
import random
from collections.abc import Callable

from PIL import Image, ImageDraw

# Painted twice as large, so that edges are smooth when it is scaled down.
FINE = 2
WIDTH, HEIGHT = 1024 * FINE, 768 * FINE

Colour = tuple[int, int, int]
Painter = Callable[[Image.Image, random.Random], None]

# From the sky down to the nearest hill.
DAYTIMES: tuple[tuple[Colour, ...], ...] = (
    ((255, 214, 170), (255, 243, 224), (176, 190, 170), (120, 152, 128), (70, 112, 88), (38, 74, 60)),
    ((140, 196, 232), (226, 243, 250), (158, 190, 170), (110, 160, 122), (66, 124, 84), (34, 84, 56)),
    ((244, 150, 120), (255, 220, 168), (196, 140, 140), (150, 96, 116), (100, 64, 96), (58, 40, 72)),
    ((24, 32, 72), (92, 96, 150), (70, 76, 126), (48, 56, 102), (32, 38, 78), (18, 22, 52)),
    ((198, 206, 214), (240, 243, 246), (184, 194, 204), (148, 162, 176), (108, 126, 144), (70, 90, 110)),
)


def painting(name: str, seed: int = 0) -> io.BytesIO:
    """Return a picture as a file.

    Args:
        name: one of PAINTERS.
        seed: another picture of the same kind for each number, the same one for the same number.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    PAINTERS[name](image, random.Random(f"{name} {seed}"))
    file = io.BytesIO()
    image.reduce(FINE).save(file, "PNG", compress_level=1)
    file.seek(0)
    return file


def shade(image: Image.Image, top: Colour, bottom: Colour) -> None:
    """Fill an image with a passage from one colour to another."""
    passage = Image.linear_gradient("L").resize(image.size)
    image.paste(Image.composite(Image.new("RGB", image.size, bottom), Image.new("RGB", image.size, top), passage))


def dot(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    """Paint a disc around a point."""
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def lighter(colour: Colour, by: int) -> Colour:
    """Return a lighter colour, or a darker one if `by` is negative."""
    red, green, blue = (max(0, min(255, part + by)) for part in colour)
    return red, green, blue


def paint_hills(image: Image.Image, chance: random.Random) -> None:
    """A sun or a moon, and four hills one behind the other."""
    top, bottom, *hills = chance.choice(DAYTIMES)
    shade(image, top, bottom)
    draw = ImageDraw.Draw(image)
    dot(draw, WIDTH * chance.uniform(0.2, 0.8), HEIGHT * chance.uniform(0.15, 0.35), HEIGHT / 12, lighter(bottom, 24))
    for number, colour in enumerate(hills):
        ridge = HEIGHT * (0.42 + 0.14 * number)
        wave, shift = chance.uniform(2, 5), chance.uniform(0, math.tau)
        tops = [(x, ridge + HEIGHT * 0.07 * math.sin(shift + wave * x / WIDTH)) for x in range(0, WIDTH + 1, 16)]
        draw.polygon([(0, HEIGHT), *tops, (WIDTH, HEIGHT)], fill=colour)


def paint_fruit(image: Image.Image, chance: random.Random) -> None:
    """Oranges in a crate, seen from above."""
    shade(image, (120, 82, 50), (92, 60, 36))
    draw = ImageDraw.Draw(image)
    radius = HEIGHT / 7
    for row in range(4):
        for column in range(6):
            x = (column + 0.5 * (row % 2)) * radius * 2 + chance.uniform(-9, 9)
            y = radius * (0.6 + row * 1.85)
            orange = (chance.randint(232, 250), chance.randint(128, 160), chance.randint(20, 50))
            dot(draw, x + 12, y + 18, radius, (70, 44, 26))
            dot(draw, x, y, radius * 0.98, orange)
            dot(draw, x - radius * 0.3, y - radius * 0.35, radius * 0.22, lighter(orange, 38))
            dot(draw, x + radius * 0.1, y + radius * 0.05, radius * 0.07, (104, 124, 52))


def paint_blossom(image: Image.Image, chance: random.Random) -> None:
    """Blossoms of five petals in front of leaves."""
    shade(image, (38, 92, 66), (16, 50, 38))
    draw = ImageDraw.Draw(image)
    petal = chance.choice([(250, 214, 70), (248, 180, 200), (238, 238, 250), (246, 120, 96)])
    for _ in range(60):
        green = (chance.randint(30, 80), chance.randint(110, 160), chance.randint(60, 100))
        x, y, size = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT), chance.uniform(60, 150)
        start, end = sorted(chance.choices(range(360), k=2))
        draw.pieslice((x - size, y - size, x + size, y + size), start, end, fill=green)
    for _ in range(9):
        x, y, size = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT), chance.uniform(50, 130)
        for turn in range(5):
            angle = math.tau * turn / 5 + size
            dot(draw, x + size * math.cos(angle), y + size * math.sin(angle), size * 0.68, lighter(petal, -6 * turn))
        dot(draw, x, y, size * 0.5, (206, 138, 40))


def paint_shelf(image: Image.Image, chance: random.Random) -> None:
    """Three shelves of books, and somebody asleep on the middle one."""
    shade(image, (236, 222, 200), (214, 194, 164))
    draw = ImageDraw.Draw(image)
    for row in range(1, 4):
        board = HEIGHT * row / 3 - 40
        x = 30.0
        while x < WIDTH - 90:
            wide, high = chance.uniform(36, 84), chance.uniform(250, 380)
            spine = (chance.randint(50, 200), chance.randint(60, 150), chance.randint(60, 150))
            if row != 2 or not WIDTH * 0.36 < x + wide / 2 < WIDTH * 0.74:
                draw.rectangle((x, board - high, x + wide, board), fill=spine)
                draw.rectangle((x, board - high * 0.8, x + wide, board - high * 0.74), fill=lighter(spine, 50))
            x += wide + 5
        draw.rectangle((0, board, WIDTH, board + 34), fill=(122, 84, 52))
    paint_cat(draw, WIDTH * 0.55, HEIGHT * 2 / 3 - 40)


def paint_cat(draw: ImageDraw.ImageDraw, x: float, floor: float) -> None:
    """A cat that lies curled up."""
    fur, stripe = (84, 78, 76), (58, 54, 54)
    draw.ellipse((x - 330, floor - 240, x + 250, floor + 6), fill=fur)
    for step in range(3):
        draw.arc((x - 250 + 110 * step, floor - 236, x - 90 + 110 * step, floor - 60), 190, 300, fill=stripe, width=16)
    dot(draw, x + 220, floor - 105, 108, fur)
    for ear in (150, 290):
        draw.polygon([(x + ear - 46, floor - 170), (x + ear, floor - 256), (x + ear + 46, floor - 170)], fill=fur)
    for eye in (180, 262):
        draw.arc((x + eye - 24, floor - 130, x + eye + 24, floor - 96), 20, 160, fill=(20, 18, 18), width=8)
    draw.arc((x - 340, floor - 130, x + 130, floor + 10), 60, 170, fill=stripe, width=42)


def paint_beans(image: Image.Image, chance: random.Random) -> None:
    """Beans on a trellis, of which this circle has its name."""
    shade(image, (206, 230, 240), (238, 246, 232))
    draw = ImageDraw.Draw(image)
    for step in range(-6, 12):
        for lean in (-1, 1):
            foot = step * WIDTH / 6
            draw.line((foot, HEIGHT, foot + lean * HEIGHT * 0.8, 0), fill=(178, 140, 98), width=22)
    for vine in range(5):
        foot, wave = WIDTH * (0.1 + 0.2 * vine), chance.uniform(3, 6)
        for step in range(0, int(HEIGHT * chance.uniform(0.5, 0.95)), 56):
            x, y = foot + 90 * math.sin(wave * step / HEIGHT * 3), HEIGHT - step
            green = (chance.randint(40, 80), chance.randint(130, 170), chance.randint(60, 90))
            dot(draw, x, y, 22, lighter(green, -30))
            side = chance.choice((-1, 1))
            draw.ellipse((x + side * 60 - 66, y - 46, x + side * 60 + 66, y + 40), fill=green)


PAINTERS: dict[str, Painter] = {
    "hills": paint_hills,
    "fruit": paint_fruit,
    "blossom": paint_blossom,
    "shelf": paint_shelf,
    "beans": paint_beans,
}
