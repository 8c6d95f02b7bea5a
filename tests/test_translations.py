"""The Chinese catalogue is complete, and what is compiled is what is written."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
SOURCES = settings.BASE_DIR / "timeline"

ENTRY = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?) ((?:".*"\n?)+)', re.MULTILINE)
NEEDED = {"msgfmt", "xgettext"}

Message = dict[str, str]


def messages_in(catalogue: Path) -> Iterator[Message]:
    """Yield the messages that are in use, each as its keywords with their texts and `fuzzy` with its flags."""
    for block in catalogue.read_text().split("\n\n"):
        message = {
            keyword: "".join(ast.literal_eval(line) for line in text.strip().split("\n"))
            for keyword, text in ENTRY.findall(block)
        }
        if message.get("msgid"):
            yield {**message, "flags": " ".join(re.findall(r"^#, (.*)$", block, re.MULTILINE))}


@pytest.fixture(scope="module")
def tools() -> None:
    if missing := {tool for tool in NEEDED if not shutil.which(tool)}:
        pytest.fail(f"{', '.join(missing)} missing: install gettext (`make test` does).")


@pytest.fixture(scope="module")
def extracted(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the catalogue, brought up to date with the sources."""
    copy = tmp_path_factory.mktemp("sources") / "timeline"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "makemessages", "-l", "zh_Hans", "--no-obsolete"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env=os.environ)
    return copy / CATALOGUE


def test_every_string_is_in_the_catalogue_and_no_other(extracted: Path) -> None:
    in_sources = {message["msgid"] for message in messages_in(extracted)}
    written = {message["msgid"] for message in messages_in(SOURCES / CATALOGUE)}
    assert len(in_sources) > 80, "makemessages found next to nothing"
    assert sorted(in_sources - written) == []
    assert sorted(written - in_sources) == []


def test_every_message_is_translated() -> None:
    messages = list(messages_in(SOURCES / CATALOGUE))
    assert [message["msgid"] for message in messages if "fuzzy" in message["flags"]] == []
    untranslated = [
        message["msgid"]
        for message in messages
        if not all(text for keyword, text in message.items() if keyword.startswith("msgstr"))
    ]
    assert untranslated == []


def test_translations_name_the_same_values(tools: None, tmp_path: Path) -> None:
    """A `%(name)s` that is lost or misspelt would lose the name, or crash."""
    command = ["msgfmt", "--check-format", "-o", str(tmp_path / "out.mo"), str(SOURCES / CATALOGUE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_compiled_is_what_is_written(tools: None, tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "-o", str(compiled), str(SOURCES / CATALOGUE)], check=True)
    assert compiled.read_bytes() == (SOURCES / CATALOGUE).with_suffix(".mo").read_bytes()
