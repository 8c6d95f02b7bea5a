"""Alarms: what still answers and yet needs somebody, in /readyz."""

import os
import resource
import signal

import pytest
from django.db import connection
from django.test import Client

from tests.servers import Beanstalkd
from timeline import alarms, broker, partitions, queue
from timeline.models import Tweet, User
from timeline.queue import Inbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_is_well(client: Client, beanstalkd: Beanstalkd) -> None:
    assert alarms.raised() == {}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_tube_with_jobs_and_no_consumer_is_reported(client: Client, beanstalkd: Beanstalkd) -> None:
    queue.push(7)
    answer = client.get("/readyz")
    assert answer.status_code == 200, "pages can be served: taking them away would help nobody"
    assert answer.json()["warnings"] == {"tubes": "tweet_pub_2 has 1 ready jobs and no consumer"}


def test_a_tube_of_a_shard_that_is_no_more_is_reported(client: Client, beanstalkd: Beanstalkd) -> None:
    with broker.Connection(1) as beanstalk:
        beanstalk.put_into("tweet_pub_17", b"1", queue.FRESH)
    assert "tweet_pub_17" in client.get("/readyz").json()["warnings"]["tubes"]


def test_a_tube_with_a_consumer_is_not_reported(beanstalkd: Beanstalkd) -> None:
    inbox = Inbox("tweet_pub_2")
    inbox.connect()
    queue.push(7)
    assert alarms.unwatched_tubes() == ""
    inbox.close()


def test_a_broker_without_a_log_is_reported(client: Client, beanstalkd: Beanstalkd) -> None:
    beanstalkd.restart(log=False)
    assert "without a log" in client.get("/readyz").json()["warnings"]["broker_log"]


def test_a_broker_whose_log_is_silently_off_is_reported(client: Client, beanstalkd: Beanstalkd) -> None:
    unlimited = resource.RLIM_INFINITY
    resource.prlimit(beanstalkd.pid, resource.RLIMIT_FSIZE, (0, unlimited))
    queue.push(7)
    resource.prlimit(beanstalkd.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
    assert "stopped writing its log" in client.get("/readyz").json()["warnings"]["broker_log"]


def test_entries_without_a_partition_are_reported(client: Client, beanstalkd: Beanstalkd, alice: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps one plain table")
    Tweet.objects.create(pk=partitions.partitions()[-1].upper, author=alice, text="far ahead")
    with broker.Connection(1, watch=f"tweet_pub_{partitions.partitions()[-1].upper % 5}") as beanstalk:
        beanstalk.delete_all(beanstalk.reserve_ready(1))
    assert "default partition" in client.get("/readyz").json()["warnings"]["default_partition"]


def test_a_frozen_broker_is_a_problem_and_answered_soon(client: Client, beanstalkd: Beanstalkd) -> None:
    os.kill(beanstalkd.pid, signal.SIGSTOP)
    try:
        answer = client.get("/readyz")
    finally:
        os.kill(beanstalkd.pid, signal.SIGCONT)
    assert answer.status_code == 503
    assert "broker" in answer.json()["problems"]
