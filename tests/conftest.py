"""What every test may use: Alice and Bob, who are friends, Charlie, who is a stranger, and a beanstalkd."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import translation
from pytest_django import Settings

from tests.servers import Beanstalkd, Stack, database_url, private_directory
from timeline import friendships, queue
from timeline.horizon import horizon
from timeline.models import User


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """On SQLite, test in a file: several processes and threads use it at the same time."""
    database: dict[str, Any] = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(tmp_path_factory.mktemp("db") / "test.sqlite3")}
    elif worker := os.environ.get("PYTEST_XDIST_WORKER"):
        database["TEST"] = {**database.get("TEST", {}), "NAME": f"test_trellis_{worker}"}


@pytest.fixture(autouse=True)
def no_broker(settings: Settings) -> Iterator[None]:
    """Without the `beanstalkd` fixture the broker is away, and nothing is remembered from one test to the next."""
    settings.BEANSTALKD_ADDRESS = "/nonexistent/beanstalkd.sock"
    # Slow on purpose, and not what is tested here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    queue.breaker.reset()
    horizon.forget()
    yield
    queue.pusher.close()
    queue.breaker.reset()


@pytest.fixture(autouse=True)
def no_language_of_somebody_else() -> Iterator[None]:
    """A request leaves its language to what comes next in the thread, which in production is another request."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def uncollected_static_files(settings: Settings) -> None:
    """Pages name static files as they are: the names with hashes exist only after `collectstatic`."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def database_down(transactional_db: None) -> Iterator[None]:
    """The database cannot be reached."""
    connection.close()
    configured = connection.settings_dict
    away = "/nonexistent/database"
    connection.settings_dict = (
        {**configured, "HOST": away} if connection.vendor == "postgresql" else {**configured, "NAME": away}
    )
    yield
    connection.close()
    connection.settings_dict = configured


@pytest.fixture
def beanstalkd(settings: Settings, no_broker: None) -> Iterator[Beanstalkd]:
    """A beanstalkd of this test's own, which Trellis uses."""
    directory = private_directory()
    server = Beanstalkd(directory)
    server.start()
    settings.BEANSTALKD_ADDRESS = server.address
    yield server
    server.stop()
    shutil.rmtree(directory)


@pytest.fixture
def process_environment(beanstalkd: Beanstalkd, db: None) -> dict[str, str]:
    """The environment for a process that works on the test's database and broker."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(str(connection.settings_dict["NAME"])),
        "BEANSTALKD_ADDRESS": beanstalkd.address,
        "VAR_DIR": str(beanstalkd.directory),
    }


@pytest.fixture
def stack() -> Iterator[Stack]:
    """All of Trellis in processes of its own, ready, with an empty database that is not the one of this test's `db`."""
    stack = Stack()
    try:
        stack.start()
        yield stack
    finally:
        stack.remove()


@pytest.fixture
def alice(db: None) -> User:
    """Bob's friend."""
    return User.objects.create_user("alice", password="wonderland-1865", name="Alice")


@pytest.fixture
def bob(alice: User) -> User:
    """Alice's friend."""
    bob = User.objects.create_user("bob", password="builder-1999", name="Bob")
    friendships.befriend(alice.pk, bob.pk)
    return bob


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger to Alice and Bob."""
    return User.objects.create_user("charlie", password="chocolate-1964", name="Charlie")
