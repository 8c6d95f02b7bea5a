"""Strict reading of the environment: a wrong value names its variable and says what is expected."""

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class Environment:
    """The process environment, filled up from an optional `.env` file, read strictly.

    Args:
        env_file: `NAME=value` lines; what the process already has wins. The file may be missing.
    """

    def __init__(self, env_file: Path) -> None:
        self._env = environ.Env()
        if env_file.is_file():
            environ.Env.read_env(env_file)

    def text(self, name: str, default: str) -> str:
        """Return the variable as it stands; an empty value counts as not set."""
        return str(self._env.str(name, default=default)).strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes/no variable."""
        return self._parsed(name, str(default), parse_flag, "one of 1, true, yes, on, 0, false, no, off")

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number between `least` and `most`, both allowed."""

        def parse(raw: str) -> int:
            number = int(raw)
            if not least <= number <= most:
                raise ValueError(raw)
            return number

        return self._parsed(name, str(default), parse, f"a whole number from {least} to {most}")

    def words(self, name: str, default: str) -> list[str]:
        """Return a comma-separated list without its empty items."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return a Django database configuration from a URL."""
        engines = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}

        def parse(raw: str) -> dict[str, Any]:
            config = dict(environ.Env.db_url_config(raw))
            if config.get("ENGINE") not in engines or not config.get("NAME"):
                raise ValueError(raw)
            return config

        return self._parsed(name, default, parse, "postgres://user:password@host:port/name or sqlite:////absolute/path")

    def _parsed(self, name: str, default: str, parse: Callable[[str], Value], expected: str) -> Value:
        raw = self.text(name, default)
        try:
            return parse(raw)
        except (ValueError, KeyError, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"{name} is {raw!r}; expected {expected}.") from error


def parse_flag(raw: str) -> bool:
    """Return what a yes/no word means, or raise ValueError."""
    word = raw.lower()
    if word not in TRUE | FALSE:
        raise ValueError(raw)
    return word in TRUE


def kept_secret(path: Path, size: int = 50) -> str:
    """Return the secret kept in a private file, making it on first use from `size` random bytes.

    Several processes may start at once: whoever links the file first decides, the others read theirs.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(size))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()
