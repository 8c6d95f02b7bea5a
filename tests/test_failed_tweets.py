"""`manage.py failed_tweets`: what was given up, and giving it another chance."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.servers import Beanstalkd
from timeline import broker, fanout, queue
from timeline.models import Tweet, User
from timeline.models.tweet import Delivery

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("failed_tweets", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def failed(alice: User, bob: User) -> list[Tweet]:
    tweets = [Tweet.objects.create(author=alice, text=text) for text in ("one", "two")]
    Tweet.objects.update(due_at=None, attempts=8, failure="IntegrityError: poison")
    return tweets


def test_nothing_failed_is_nothing_said(alice: User) -> None:
    Tweet.objects.create(author=alice, text="waiting")
    delivered = Tweet.objects.create(author=alice, text="delivered")
    fanout.deliver([delivered.pk])
    assert run() == ""


def test_each_failed_tweet_is_a_line_with_its_reason(failed: list[Tweet]) -> None:
    assert run().splitlines() == [f"{tweet.pk}\tattempts=8\tIntegrityError: poison" for tweet in failed]


def test_json_has_one_object_a_line(failed: list[Tweet]) -> None:
    first = json.loads(run("--json").splitlines()[0])
    assert first == {
        "id": failed[0].pk,
        "author": failed[0].author_id,
        "attempts": 8,
        "failure": "IntegrityError: poison",
    }


def test_retrying_one_pushes_it_and_leaves_the_other(failed: list[Tweet], beanstalkd: Beanstalkd) -> None:
    queue.breaker.reset()  # the broker was away when the tweets were posted
    assert "1 tweets pushed again, 0 left" in run("--retry", str(failed[0].pk))
    assert [tweet.pk for tweet in Tweet.objects.failed()] == [failed[1].pk]
    again = Tweet.objects.get(pk=failed[0].pk)
    assert (again.delivery, again.attempts, again.failure) == (Delivery.WAITING, 0, "")
    assert sum(int(stats["current-jobs-ready"]) for stats in broker.tube_stats().values()) == 1


def test_retrying_all_without_a_broker_leaves_them_to_the_sweeper(failed: list[Tweet]) -> None:
    assert "0 tweets pushed again, 2 left" in run("--retry-all")
    assert Tweet.objects.waiting().count() == 2


def test_retrying_what_has_not_failed_is_refused(alice: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="waiting")
    with pytest.raises(CommandError, match=f"Tweet {tweet.pk} is not among the failed"):
        run("--retry", str(tweet.pk))
