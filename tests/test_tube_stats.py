"""`manage.py tube_stats`: what each shard's tube holds."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.servers import Beanstalkd
from timeline import broker, queue
from timeline.queue import Inbox

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("tube_stats", *arguments, stdout=out)
    return out.getvalue()


def shards() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("--json"))["shards"]
    return found


def test_every_shard_is_there_also_without_a_tube(beanstalkd: Beanstalkd) -> None:
    assert [(shard["shard"], shard["tube"]) for shard in shards()] == [(n, f"tweet_pub_{n}") for n in range(5)]


def test_jobs_and_watchers_are_counted(beanstalkd: Beanstalkd) -> None:
    for tweet_id in (2, 7, 12):
        queue.push(tweet_id)
    inbox = Inbox("tweet_pub_2")
    inbox.take(1)
    assert shards()[2] == {
        "shard": 2,
        "tube": "tweet_pub_2",
        "ready": 2,
        "reserved": 1,
        "delayed": 0,
        "buried": 0,
        "watchers": 1,
    }
    inbox.close()


def test_the_number_of_shards_comes_from_the_settings(beanstalkd: Beanstalkd, settings: Settings) -> None:
    settings.TIMELINE_SHARDS = 8
    assert len(shards()) == 8


def test_a_tube_without_a_shard_comes_last(beanstalkd: Beanstalkd) -> None:
    with broker.Connection(1) as beanstalk:
        beanstalk.put_into("tweet_pub_7", b"7", queue.FRESH)
        beanstalk.put_into("somebody_elses", b"7", queue.FRESH)
    assert [tube["shard"] for tube in shards()] == [0, 1, 2, 3, 4, None]
    assert shards()[-1]["tube"] == "tweet_pub_7"


def test_the_table_has_a_line_for_each_shard_and_the_alarms(beanstalkd: Beanstalkd) -> None:
    queue.push(3)
    lines = run().splitlines()
    assert lines[0].split() == ["shard", "tube", "ready", "reserved", "delayed", "buried", "watchers"]
    assert lines[4].split() == ["3", "tweet_pub_3", "1", "0", "0", "0", "0"]
    assert lines[-1] == "! tweet_pub_3 has 1 ready jobs and no consumer"


def test_a_broker_that_is_away_is_named_with_the_reason() -> None:
    with pytest.raises(CommandError, match="beanstalkd at /nonexistent"):
        run()
