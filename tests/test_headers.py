"""Headers that keep pages safe, and the settings of production."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests.visitors import signed_in
from timeline.models import User

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/people/", "/people/alice/", "/notifications/", "/nowhere/"])
def test_pages_run_nothing_that_stands_in_them(page: str, alice: User) -> None:
    answer = signed_in(alice).get(page)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_pages_are_kept_by_nobody_but_ones_own_browser(alice: User) -> None:
    kept = signed_in(alice).get("/")["Cache-Control"]
    assert "private" in kept
    assert "no-cache" in kept
    assert "no-store" not in kept, "going back could not lead to the same place"
    assert "no-store" in Client().get("/login/")["Cache-Control"]


def test_djangos_own_check_finds_nothing_to_say_about_production(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "HTTPS": "yes",
        "SECRET_KEY": "k3-" * 20 + "many different letters",
        "ALLOWED_HOSTS": "trellis.example.org",
        "VAR_DIR": str(tmp_path),
        "DEBUG": "no",
    }
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(check, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
