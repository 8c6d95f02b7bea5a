"""A real Chromium, and a running Trellis for it to look at."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.request import urlopen

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page, sync_playwright

from tests.threads import wait_until

# Root may not use Chromium's sandbox, and it shall talk to nobody but us.
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Opener = Callable[..., Page]


@pytest.fixture
def site(process_environment: dict[str, str]) -> Iterator[str]:
    """The address of a web server with five consumers behind it, on the test's database and broker."""
    manage = [sys.executable, str(django_settings.BASE_DIR / "manage.py")]
    subprocess.run([*manage, "collectstatic", "--noinput", "-v0"], env=process_environment, check=True)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        bind = f"fd://{listening.fileno()}"
        web = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-b", bind, "--threads", "4", "project.wsgi"]
        consumers = [[*manage, "consume_tweets", str(shard)] for shard in range(5)]
        processes = [
            subprocess.Popen(
                command,
                cwd=django_settings.BASE_DIR,
                env=process_environment,
                pass_fds=[listening.fileno()],
                stderr=subprocess.DEVNULL,
            )
            for command in (web, *consumers)
        ]
    wait_until(lambda: answers(f"{address}/readyz"), "the web server is ready")
    yield address
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(20)


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture
def open_browser(site: str) -> Iterator[Opener]:
    """Open a window of somebody's own at the first page; what the browser complains about fails the test."""
    complaints: list[str] = []
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("There is no Chromium: install it (`make test` does).")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)

        def opened(locale: str = "en", **options: object) -> Page:
            page = chromium.new_context(base_url=site, locale=locale, **options).new_page()  # type: ignore[arg-type]
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.set_default_timeout(10_000)
            page.goto("/")
            return page

        yield opened
        chromium.close()
    assert complaints == []
