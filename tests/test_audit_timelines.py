"""The audit finds exactly what is wrong, and its repair mends exactly that."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from timeline import audit, fanout, friendships
from timeline.models import TimelineEntry, Tweet, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def tweets(alice: User, bob: User, charlie: User) -> list[Tweet]:
    """Delivered tweets of two friends and a stranger: 3 own entries and 2 of friends."""
    posted = [Tweet.objects.create(author=author, text="hello") for author in (alice, bob, charlie)]
    fanout.deliver([tweet.pk for tweet in posted])
    return posted


def run(*arguments: str) -> tuple[str, int]:
    """Run the command. Returns what it prints and its exit code."""
    out = StringIO()
    try:
        call_command("audit_timelines", *arguments, stdout=out)
    except SystemExit as stop:
        return out.getvalue(), int(str(stop.code))
    return out.getvalue(), 0


def test_true_timelines_pass(tweets: list[Tweet]) -> None:
    assert run() == ("3 tweets, 5 entries: 0 missing, 0 extra\n", 0)


def test_an_empty_database_passes(db: None) -> None:
    assert run() == ("0 tweets, 0 entries: 0 missing, 0 extra\n", 0)


def test_a_lost_entry_is_missing(tweets: list[Tweet], bob: User) -> None:
    TimelineEntry.objects.filter(owner=bob, tweet=tweets[0]).delete()
    assert run() == ("3 tweets, 4 entries: 1 missing, 0 extra\n", 1)


def test_a_lost_own_entry_is_missing(tweets: list[Tweet], charlie: User) -> None:
    TimelineEntry.objects.filter(owner=charlie).delete()
    assert run() == ("3 tweets, 4 entries: 1 missing, 0 extra\n", 1)


def test_an_entry_for_a_stranger_is_extra(tweets: list[Tweet], charlie: User) -> None:
    TimelineEntry.objects.create(owner=charlie, tweet=tweets[0])
    assert run() == ("3 tweets, 6 entries: 0 missing, 1 extra\n", 1)


def test_entries_of_tweets_and_people_that_are_gone_are_extra(tweets: list[Tweet], alice: User) -> None:
    TimelineEntry.objects.create(owner=alice, tweet_id=tweets[-1].pk + 1000)
    TimelineEntry.objects.create(owner_id=2**62, tweet=tweets[0])
    assert run() == ("3 tweets, 7 entries: 0 missing, 2 extra\n", 1)
    assert len(list(audit.steps())) <= 2, "the gap between them costs nothing"


def test_one_lost_and_one_stray_entry_do_not_cancel_out(tweets: list[Tweet], bob: User, charlie: User) -> None:
    """The sets are compared, not their sizes."""
    TimelineEntry.objects.filter(owner=bob, tweet=tweets[0]).delete()
    TimelineEntry.objects.create(owner=charlie, tweet=tweets[0])
    assert run() == ("3 tweets, 5 entries: 1 missing, 1 extra\n", 1)


def test_what_waits_is_missing_and_explained(tweets: list[Tweet], alice: User, bob: User) -> None:
    Tweet.objects.create(author=alice, text="on its way")
    given_up = Tweet.objects.create(author=bob, text="given up")
    Tweet.objects.filter(pk=given_up.pk).update(due_at=None, failure="poison")
    printed, code = run()
    assert printed.splitlines() == [
        "5 tweets, 7 entries: 2 missing, 0 extra",
        "Of the missing, 1 wait for their delivery, and 1 belong to failed tweets.",
    ]
    assert code == 1


def test_json_is_one_object(tweets: list[Tweet], bob: User) -> None:
    TimelineEntry.objects.filter(owner=bob, tweet=tweets[0]).delete()
    printed, code = run("--json")
    assert json.loads(printed) == {"tweets": 3, "entries": 4, "missing": 1, "extra": 0, "waiting": 0, "failed": 0}
    assert code == 1


def test_the_size_of_a_step_does_not_matter(tweets: list[Tweet], bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    TimelineEntry.objects.filter(owner=bob, tweet=tweets[0]).delete()
    whole = audit.audit()
    monkeypatch.setattr(audit, "STEP", 1)
    assert audit.audit() == whole


def test_repair_mends_exactly_what_is_wrong(tweets: list[Tweet], bob: User, charlie: User) -> None:
    before = set(TimelineEntry.objects.values_list("owner", "tweet"))
    TimelineEntry.objects.filter(owner=bob, tweet=tweets[0]).delete()
    TimelineEntry.objects.create(owner=charlie, tweet=tweets[0])
    TimelineEntry.objects.create(owner_id=bob.pk + 100_000, tweet=tweets[0])

    printed, code = run("--repair")

    assert printed.splitlines() == [
        "3 tweets, 6 entries: 1 missing, 2 extra",
        "Repaired: 1 entries added, 2 removed.",
    ]
    assert code == 0
    assert set(TimelineEntry.objects.values_list("owner", "tweet")) == before
    assert run()[1] == 0


def test_repair_of_true_timelines_touches_nothing(tweets: list[Tweet]) -> None:
    assert run("--repair")[0].splitlines()[1] == "Repaired: 0 entries added, 0 removed."


def test_friendships_made_and_ended_leave_true_timelines(
    tweets: list[Tweet], alice: User, bob: User, charlie: User
) -> None:
    friendships.befriend(alice.pk, charlie.pk)
    friendships.befriend(bob.pk, charlie.pk)
    friendships.unfriend(alice.pk, bob.pk)
    assert run() == ("3 tweets, 7 entries: 0 missing, 0 extra\n", 0)
