"""Trellis' web server, and somebody who is signed in."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command

from benchmarks.servers import wait_until
from benchmarks.world import World
from timeline.models import User

# A CSRF cookie and field of 32 letters are equal when they match.
CSRF = "b" * 32
# Seconds after which a connection is made anew, before the server ends it.
IDLE = 1.0


@contextmanager
def server(world: World) -> Iterator[int]:
    """Run gunicorn as production does, on a free port, which it gives."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    os.environ["PORT"] = str(port)
    call_command("collectstatic", interactive=False, verbosity=0)
    process = world.start("gunicorn", "--config", "deploy/gunicorn.conf.py", "project.wsgi", log="web", module=True)
    try:
        wait_until(lambda: answers(port), "the web server answers")
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def answers(port: int) -> bool:
    """Tell whether somebody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


class Visitor:
    """Somebody who is signed in, on one connection that stays open."""

    def __init__(self, user_id: int, port: int) -> None:
        user = User.objects.get(pk=user_id)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        }
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.used_at = 0.0

    def connect(self) -> None:
        """Be connected: the server closes a connection that is idle for two seconds. Not a part of what is measured."""
        if time.perf_counter() - self.used_at > IDLE:
            self.connection.close()
            self.connection.connect()

    def get(self, path: str) -> float:
        """Read a page. Returns the milliseconds until its last byte."""
        return self._timed("GET", path, None, 200)

    def post(self, text: str) -> float:
        """Post a tweet. Returns the milliseconds until the answer, which leads home."""
        return self._timed("POST", "/tweets/", f"csrfmiddlewaretoken={CSRF}&text={text}", 302)

    def _timed(self, method: str, path: str, body: str | None, expected: int) -> float:
        headers = {**self.headers, **({"Content-Type": "application/x-www-form-urlencoded"} if body else {})}
        self.connect()
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        response.read()
        self.used_at = time.perf_counter()
        milliseconds = (self.used_at - started) * 1000
        if response.status != expected:
            raise RuntimeError(f"{method} {path} answered {response.status}")
        return milliseconds
