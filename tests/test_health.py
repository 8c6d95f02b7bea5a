"""/livez and /readyz."""

import os
import signal
import time

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from tests.servers import Beanstalkd


def test_livez_asks_neither_the_database_nor_the_broker(client: Client) -> None:
    client.cookies["sessionid"] = "of somebody"
    response = client.get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_the_answers_are_read_only_and_never_kept(client: Client, beanstalkd: Beanstalkd, path: str) -> None:
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
    assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_when_all_is_there(client: Client, beanstalkd: Beanstalkd) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


@pytest.mark.django_db
def test_not_ready_without_the_broker(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert list(response.json()["problems"]) == ["broker"]
    assert "/nonexistent/beanstalkd.sock" in response.json()["problems"]["broker"]


@pytest.mark.django_db
def test_a_frozen_broker_is_noticed_within_a_second(client: Client, beanstalkd: Beanstalkd) -> None:
    os.kill(beanstalkd.pid, signal.SIGSTOP)
    started = time.monotonic()
    response = client.get("/readyz")
    assert time.monotonic() - started < 1
    assert "timed out" in response.json()["problems"]["broker"]


@pytest.mark.django_db
def test_not_ready_while_the_broker_takes_no_jobs(client: Client, beanstalkd: Beanstalkd) -> None:
    os.kill(beanstalkd.pid, signal.SIGUSR1)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "draining" in response.json()["problems"]["broker"]


@pytest.mark.django_db
def test_not_ready_before_the_migrations(client: Client, beanstalkd: Beanstalkd) -> None:
    (latest,) = MigrationLoader(connection).graph.leaf_nodes("timeline")
    MigrationRecorder(connection).record_unapplied(*latest)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert ".".join(latest) in response.json()["problems"]["migrations"]


def test_not_ready_without_the_database(client: Client, beanstalkd: Beanstalkd, database_down: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert list(response.json()["problems"]) == ["database"]


def test_pages_say_that_the_database_is_away(client: Client, database_down: None) -> None:
    client.cookies["sessionid"] = "of somebody"
    response = client.get("/people/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "The database does not answer right now." in response.content.decode()


def test_livez_answers_without_the_database(client: Client, database_down: None) -> None:
    assert client.get("/livez").status_code == 200
