"""A consumer that commits without waiting for the disk loses nothing when PostgreSQL crashes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Beanstalkd, PostgreSQL, private_directory
from tests.threads import wait_until

ROOT = Path(__file__).resolve().parent.parent

POST = """
from timeline import friendships
from timeline.models import Tweet, User
people = [User.objects.create(username=f"p{n}") for n in range(30)]
for person in people[1:]:
    friendships.befriend(people[0].pk, person.pk)
for n in range(300):
    Tweet.objects.create(author=people[0], text=str(n))
"""
LEFT = "from timeline.models import Tweet; print(Tweet.objects.waiting().count())"
DUE = (
    "from django.db.models.functions import Now; from timeline.models import Tweet;"
    "Tweet.objects.waiting().update(due_at=Now())"
)
COUNT = "from timeline.models import *; print(TimelineEntry.objects.count(), Tweet.objects.delivered().count())"


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """A durable PostgreSQL of this test's own, to crash."""
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("needs PostgreSQL")
    directory = private_directory()
    server = PostgreSQL(directory / "pg", durable=True)
    server.start()
    yield server
    server.stop("immediate")
    shutil.rmtree(directory)


def test_a_crash_loses_no_delivery(cluster: PostgreSQL, beanstalkd: Beanstalkd) -> None:
    """Guard: the entries and the mark are one transaction. Marking first, or apart, would lose entries for good."""
    environment = {
        **os.environ,
        "DATABASE_URL": cluster.create("crash"),
        "BEANSTALKD_ADDRESS": beanstalkd.address,
        "VAR_DIR": str(beanstalkd.directory),
        "TIMELINE_SHARDS": "1",
        "TIMELINE_BATCH": "5",
    }

    def manage(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment)

    manage("migrate", "-v0")
    manage("shell", "-v0", "-c", POST)
    consumer, sweeper = start("consume_tweets", "0"), start("sweep_tweets")
    try:
        wait_until(lambda: int(manage("shell", "-v0", "-c", LEFT)) < 290, "some are delivered")
        cluster.stop("immediate")
        cluster.launch()
        manage("shell", "-v0", "-c", DUE)
        wait_until(lambda: manage("shell", "-v0", "-c", LEFT).strip() == "0", "all are delivered")
    finally:
        for process in (consumer, sweeper):
            process.terminate()
            process.wait()
    assert manage("shell", "-v0", "-c", COUNT).split() == [str(300 * 30), "300"]
