"""The figures as pictures (SVG), which README.md shows; light enough to be written by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, ROW = 860, 250, 130, 30
INK, SOFT, LINE, OURS, THEIRS, LIMIT, GROUND = (
    "#1f2933",
    "#616e7c",
    "#d9dee4",
    "#0b7a75",
    "#c0a183",
    "#9fc9c6",
    "#ffffff",
)
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif"


@dataclass(frozen=True)
class Bar:
    """One bar with its spread."""

    label: str
    value: float
    colour: str
    least: float | None = None
    most: float | None = None
    note: str = ""


def draw_all(report: dict[str, Any], directory: Path) -> None:
    """Draw every figure of a report into a directory."""
    figures, machine = report["figures"], report["machine"]
    where = f"{machine['processor']}, {machine['cores']} cores; median, least and most of the repeats"
    pictures = {
        "fanout": fanout(figures["fanout"], where),
        "scaling": scaling(figures["fanout"], where),
        "lag": lag(figures["lag"]),
        "posting": posting(figures["posting"]),
        "reading": reading(figures["reading"]),
        "growth": growth(figures["growth"], where),
        "memory": memory(figures["memory"]),
    }
    for name, picture in pictures.items():
        (directory / f"{name}.svg").write_text(picture)


def fanout(entrants: list[dict[str, Any]], where: str) -> str:
    """All contenders where everybody competes."""
    competing = [entrant for entrant in entrants if entrant["circle"] == main_circle(entrants)]
    most = max(entrant["consumers"] for entrant in competing)
    shown = [each for each in competing if each["consumers"] == most and each["database"] == "PostgreSQL"]
    shown.sort(key=lambda each: -each["rows_per_second"]["median"])
    title = f"Fan-out: timeline entries a second, {most} processes, {main_circle(entrants)} each"
    return bars(title, where, [rate_bar(each["contender"], each) for each in shown])


def scaling(entrants: list[dict[str, Any]], where: str) -> str:
    """Trellis by database, circle and number of consumers."""
    ours = [each for each in entrants if each["contender"] == "Trellis"]
    labels = [f"{each['database']}, {each['circle']}, {each['consumers']} consumers" for each in ours]
    title = "Trellis: timeline entries a second by database, circle and consumers"
    return bars(title, where, [rate_bar(label, each) for label, each in zip(labels, ours, strict=True)])


def main_circle(entrants: list[dict[str, Any]]) -> str:
    """Return the circle in which everybody competes."""
    return next(str(each["circle"]) for each in entrants if each["contender"].startswith("the bare"))


def rate_bar(label: str, entrant: dict[str, Any]) -> Bar:
    """Return the bar of one contender."""
    rate, contender = entrant["rows_per_second"], entrant["contender"]
    colour = OURS if contender == "Trellis" else LIMIT if contender.startswith("the ") else THEIRS
    return Bar(label, rate["median"], colour, rate["least"], rate["most"])


def lag(loads: list[dict[str, Any]]) -> str:
    """Lag at each load, on a logarithmic scale."""
    shown = []
    for load in loads:
        for share in ("p50", "p99"):
            label = f"{load['contender']}, {load['load_percent']} %, {share}"
            colour = OURS if load["contender"] == "Trellis" else THEIRS
            note = f"{load['lag_ms'][share]:,.1f} ms"
            shown.append(Bar(label, load["lag_ms"][share], colour, note=note))
    rates = ", ".join(f"{load['tweets_per_second']:,.0f}" for load in loads)
    return bars(
        "From post to visible, by load (share of one's own saturation)",
        f"tweets a second, in order: {rates}; logarithmic",
        shown,
        logarithmic=True,
    )


def posting(found: list[dict[str, Any]]) -> str:
    """The whole request by the number of friends."""
    shown = []
    for each in found:
        for friends, times in each["request_ms"].items():
            note = f"{times['p50']:.1f} ms, p99 {times['p99']:.1f}"
            shown.append(Bar(f"{int(friends):,} friends, broker {each['broker']}", times["p50"], OURS, note=note))
        push = each["push_ms"]
        note = f"{push['p50']:.3f} ms, p99 {push['p99']:.3f}"
        shown.append(Bar(f"the push alone, broker {each['broker']}", push["p50"], LIMIT, note=note))
    return bars("Posting: the whole request, by the author's friends", "median; through gunicorn", shown)


def reading(pages: list[dict[str, Any]]) -> str:
    """Pages by how many entries are present."""
    shown = []
    for page in pages:
        for kind, colour in (("sql", OURS), ("http", LIMIT)):
            times = page[f"{kind}_ms"]
            label = f"{page['present'] / 1e6:g} M entries, {page['page']} page, {kind.upper()}"
            shown.append(Bar(label, times["p50"], colour, note=f"{times['p50']:.2f} ms, p99 {times['p99']:.2f}"))
    return bars("Reading a page of the home timeline", "median", shown)


def growth(found: dict[str, Any], where: str) -> str:
    """Fan-out by how many entries are present."""
    shown = [
        Bar(f"{int(present) / 1e6:g} M entries present", rate["median"], OURS, rate["least"], rate["most"])
        for present, rate in found["rows_per_second"].items()
    ]
    size = found["bytes_per_entry"]
    below = f"{where}; {size['total']:.0f} bytes on disk an entry, its key included"
    return bars("Growth: timeline entries a second with entries present", below, shown)


def bars(title: str, below: str, shown: Sequence[Bar], *, logarithmic: bool = False) -> str:
    """Draw horizontal bars, with a thin line from the least to the most."""
    height = 62 + ROW * len(shown) + 34
    scale = Scale(max(bar.most or bar.value for bar in shown), min(bar.value for bar in shown), logarithmic)
    drawn = "".join(bar_at(bar, 62 + ROW * number, scale) for number, bar in enumerate(shown))
    return picture(height, title, below, drawn)


@dataclass(frozen=True)
class Scale:
    """From values to lengths."""

    most: float
    least: float
    logarithmic: bool

    def length(self, value: float) -> float:
        """Return how long a bar is."""
        width = WIDTH - LEFT - RIGHT
        if not self.logarithmic:
            return width * value / self.most
        low = log10(self.least) - 0.3
        return width * (log10(max(value, self.least)) - low) / (log10(self.most) - low)


def bar_at(bar: Bar, top: float, scale: Scale) -> str:
    """Draw a bar with its label and its value."""
    length, middle = scale.length(bar.value), top + ROW / 2 - 2
    end = scale.length(bar.most) if bar.most else length
    spread = ""
    if bar.least is not None and bar.most is not None:
        start = LEFT + scale.length(bar.least)
        spread = f'<path d="M{start:.1f} {middle:.1f}H{LEFT + end:.1f}" stroke="{INK}" stroke-width="1.5"/>'
    value = escape(bar.note or f"{bar.value:,.0f}")
    return (
        text(LEFT - 10, middle + 4.5, escape(bar.label), anchor="end")
        + f'<rect x="{LEFT}" y="{top}" width="{max(length, 1):.1f}" height="{ROW - 8}" rx="3" fill="{bar.colour}"/>'
        + spread
        + text(LEFT + max(end, length) + 8, middle + 4.5, value, weight=600)
    )


def memory(found: dict[str, Any]) -> str:
    """The memory of a consumer as a line over the entries that it has delivered."""
    samples = found["samples"]
    top, height, width = 62, 200, WIDTH - 120
    ceiling = 10 * (int(found["megabytes_most"]) // 10 + 2)

    def place(entries: float, megabytes: float) -> str:
        return f"{60 + width * entries / found['entries']:.1f} {top + height * (1 - megabytes / ceiling):.1f}"

    lines = "".join(
        f'<path d="M{place(0, mark)}L{place(found["entries"], mark)}" stroke="{LINE}"/>'
        + text(50, top + height * (1 - mark / ceiling) + 4, str(mark), anchor="end", colour=SOFT)
        for mark in range(0, ceiling + 1, 10)
    )
    course = "L".join(place(*sample) for sample in samples)
    last = text(
        60 + width,
        top + height * (1 - samples[-1][1] / ceiling) - 8,
        f"{samples[-1][1]:.1f} MB",
        anchor="end",
        weight=600,
    )
    below = f"resident megabytes, from the first to entry {found['entries']:,}"
    drawn = f'{lines}<path d="M{course}" fill="none" stroke="{OURS}" stroke-width="2.5"/>{last}'
    return picture(top + height + 44, "Memory of one consumer over its deliveries", below, drawn)


def text(
    x: float, y: float, words: str, *, anchor: str = "start", weight: int = 400, colour: str = INK, size: int = 13
) -> str:
    """Write some words, which are escaped already."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}" '
        f'fill="{colour}">{words}</text>'
    )


def picture(height: float, title: str, below: str, drawn: str) -> str:
    """Put a drawing on a light ground, which dark pages need, between its title and a line below it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" font-family="{FONT}" role="img" aria-label="{escape(title)}">\n'
        f'<rect width="{WIDTH}" height="{height:.0f}" rx="10" fill="{GROUND}" stroke="{LINE}"/>\n'
        + text(24, 36, escape(title), weight=650, size=17)
        + drawn
        + text(24, height - 14, escape(below), colour=SOFT, size=12)
        + "</svg>\n"
    )
