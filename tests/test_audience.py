"""Who a tweet is for, between friends: audiences, the two switches, and how far one may look back."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.utils.timezone import now

from timeline import fanout, friendships
from timeline.audience import address, change_audience, mute, withhold
from timeline.audit import audit
from timeline.dormancy import sleep, wake
from timeline.explain import explain_delivery
from timeline.feed import home_page
from timeline.models import TimelineEntry, Tweet, User
from timeline.models.tweet import Audience
from timeline.models.user import LookBack
from timeline.rebuild import rebuild_timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(alice: User) -> User:
    """Another friend of Alice's, no friend of Bob's."""
    dora = User.objects.create_user("dora", name="Dora")
    friendships.befriend(alice.pk, dora.pk)
    return dora


def posted(author: User, audience: Audience = Audience.FRIENDS, people: Iterable[User] = ()) -> Tweet:
    tweet = Tweet.objects.create(author=author, text="beans", audience=audience)
    address(tweet, audience, [person.pk for person in people])
    return tweet


def delivered(author: User, audience: Audience = Audience.FRIENDS, people: Iterable[User] = ()) -> Tweet:
    tweet = posted(author, audience, people)
    fanout.deliver([tweet.pk])
    return tweet


def holders(tweet: Tweet) -> set[User]:
    """Return in whose timelines a tweet is stored; all timelines are as they must be."""
    assert audit().is_true
    return {entry.owner for entry in TimelineEntry.objects.filter(tweet=tweet).select_related("owner")}


def readers(tweet: Tweet, people: Iterable[User]) -> set[User]:
    """Return who of some people sees a tweet: on their home page and by its address alike."""
    by_address = {person for person in people if Tweet.objects.visible_to(person).filter(pk=tweet.pk).exists()}
    at_home = {person for person in people if tweet in home_page(person, None).rows}
    assert by_address == at_home
    return by_address


AUDIENCES = [
    (Audience.FRIENDS, [], ["alice", "bob", "dora"]),
    (Audience.ME, [], ["alice"]),
    (Audience.ONLY, ["bob"], ["alice", "bob"]),
    (Audience.ONLY, [], ["alice"]),
    (Audience.ONLY, ["charlie"], ["alice"]),
    (Audience.EXCEPT, ["bob"], ["alice", "dora"]),
    (Audience.EXCEPT, [], ["alice", "bob", "dora"]),
    (Audience.EXCEPT, ["bob", "dora"], ["alice"]),
]


@pytest.mark.parametrize(("audience", "named", "expected"), AUDIENCES)
def test_a_tweet_reaches_exactly_its_audience(
    audience: Audience, named: list[str], expected: list[str], alice: User, bob: User, charlie: User, dora: User
) -> None:
    people = {"alice": alice, "bob": bob, "charlie": charlie, "dora": dora}
    tweet = delivered(alice, audience, [people[name] for name in named])
    assert holders(tweet) == readers(tweet, people.values()) == {people[name] for name in expected}


@pytest.mark.parametrize("waiting", [True, False])
@pytest.mark.parametrize(("before", "named_before", "_"), AUDIENCES)
@pytest.mark.parametrize(("after", "named_after", "expected"), AUDIENCES)
def test_an_audience_can_be_changed_before_and_after_delivery(
    before: Audience,
    named_before: list[str],
    after: Audience,
    named_after: list[str],
    expected: list[str],
    _: list[str],
    waiting: bool,
    alice: User,
    bob: User,
    charlie: User,
    dora: User,
) -> None:
    people = {"alice": alice, "bob": bob, "charlie": charlie, "dora": dora}
    tweet = posted(alice, before, [people[name] for name in named_before])
    if not waiting:
        fanout.deliver([tweet.pk])
    change_audience(tweet, after, [people[name].pk for name in named_after])
    fanout.deliver([tweet.pk])
    assert holders(tweet) == readers(tweet, people.values()) == {people[name] for name in expected}


def test_a_mixed_batch_is_delivered_each_to_its_own(alice: User, bob: User, dora: User) -> None:
    to_all, to_bob, but_bob = posted(alice), posted(alice, Audience.ONLY, [bob]), posted(alice, Audience.EXCEPT, [bob])
    assert fanout.deliver([to_all.pk, to_bob.pk, but_bob.pk]).rows == 4
    assert [len(holders(tweet)) for tweet in (to_all, to_bob, but_bob)] == [3, 2, 2]
    assert readers(but_bob, [alice, bob, dora]) == {alice, dora}


def test_only_the_changed_entries_are_written(alice: User, bob: User, dora: User) -> None:
    """Dora keeps the very row that she had."""
    tweet = delivered(alice)
    change_audience(tweet, Audience.EXCEPT, [bob.pk])
    assert holders(tweet) == {alice, dora}
    change_audience(tweet, Audience.FRIENDS)
    assert holders(tweet) == {alice, bob, dora}


def test_a_new_friend_gets_what_is_for_them(alice: User, bob: User, charlie: User) -> None:
    to_all, to_bob, but_bob = (
        delivered(alice),
        delivered(alice, Audience.ONLY, [bob]),
        delivered(alice, Audience.EXCEPT, [bob]),
    )
    own = delivered(alice, Audience.ME)
    friendships.befriend(alice.pk, charlie.pk)
    assert set(home_page(charlie, None).rows) == {to_all, but_bob}
    assert holders(to_bob) == {alice, bob}
    assert holders(own) == {alice}


def test_withholding_hides_everything_and_undone_brings_it_back(alice: User, bob: User, dora: User) -> None:
    before, limited = delivered(alice), delivered(alice, Audience.ONLY, [bob])
    from_bob = delivered(bob)
    assert withhold(alice.pk, bob.pk)
    during = delivered(alice)
    for tweet in (before, during, limited):
        assert bob not in holders(tweet) | readers(tweet, [bob])
    assert readers(during, [dora]) == {dora}
    assert readers(from_bob, [alice]) == {alice}, "the other direction is not concerned"

    assert withhold(alice.pk, bob.pk, on=False)
    for tweet in (before, during, limited):
        assert bob in holders(tweet) & readers(tweet, [bob])


def test_muting_hides_everything_and_undone_brings_it_back(alice: User, bob: User, dora: User) -> None:
    before = delivered(alice)
    assert mute(bob.pk, alice.pk)
    during = delivered(alice)
    for tweet in (before, during):
        assert bob not in holders(tweet) | readers(tweet, [bob])
        assert dora in holders(tweet)
    assert mute(bob.pk, alice.pk, on=False)
    for tweet in (before, during):
        assert bob in holders(tweet) & readers(tweet, [bob])


def test_both_switches_are_independent(alice: User, bob: User) -> None:
    tweet = delivered(alice)
    withhold(alice.pk, bob.pk)
    mute(bob.pk, alice.pk)
    mute(bob.pk, alice.pk, on=False)
    assert holders(tweet) == {alice}
    withhold(alice.pk, bob.pk, on=False)
    assert holders(tweet) == {alice, bob}


def test_switches_are_for_friends_only(alice: User, charlie: User) -> None:
    assert not withhold(alice.pk, charlie.pk)
    assert not mute(charlie.pk, alice.pk)


def test_what_is_hidden_stays_hidden_when_a_dormant_friend_returns(alice: User, bob: User) -> None:
    hidden, shown = delivered(alice), delivered(alice, Audience.EXCEPT, [bob])
    from_dora = User.objects.create_user("dora")
    friendships.befriend(bob.pk, from_dora.pk)
    withhold(alice.pk, bob.pk)
    bob.refresh_from_db()
    assert sleep(bob)
    seen = delivered(from_dora)
    wake(bob)
    assert holders(hidden) == holders(shown) == {alice}
    assert holders(seen) == {bob, from_dora}


@pytest.mark.parametrize(
    ("look_back", "days", "is_seen"), [(3, 2, True), (3, 4, False), (30, 29, True), (0, 999, True)]
)
def test_friends_look_back_as_far_as_the_author_lets_them(
    look_back: int, days: int, is_seen: bool, alice: User, bob: User
) -> None:
    tweet = delivered(alice)
    Tweet.objects.filter(pk=tweet.pk).update(created_at=now() - timedelta(days=days))
    User.objects.filter(pk=alice.pk).update(look_back=LookBack(look_back))
    assert readers(tweet, [alice, bob]) == ({alice, bob} if is_seen else {alice})
    assert holders(tweet) == {alice, bob}, "stored, but unseen: time passes without anybody writing"
    assert rebuild_timeline(bob).removed == 0


def test_the_operator_is_told_why(alice: User, bob: User) -> None:
    tweet = delivered(alice)
    withhold(alice.pk, bob.pk)
    assert "alice shows them none of their tweets" in explain_delivery(tweet.pk, bob)
    withhold(alice.pk, bob.pk, on=False)
    mute(bob.pk, alice.pk)
    assert "they hide the tweets of alice from themselves" in explain_delivery(tweet.pk, bob)
    mute(bob.pk, alice.pk, on=False)
    change_audience(tweet, Audience.EXCEPT, [bob.pk])
    assert "alice did not address it to them (all friends except these)" in explain_delivery(tweet.pk, bob)
    change_audience(tweet, Audience.FRIENDS)
    Tweet.objects.filter(pk=tweet.pk).update(created_at=now() - timedelta(days=4))
    User.objects.filter(pk=alice.pk).update(look_back=LookBack.THREE_DAYS)
    assert "alice lets friends look back 3 days only" in explain_delivery(tweet.pk, bob)


def test_a_rebuilt_timeline_follows_the_audience(alice: User, bob: User) -> None:
    shown, hidden = delivered(alice), delivered(alice, Audience.EXCEPT, [bob])
    TimelineEntry.objects.filter(owner=bob).delete()
    TimelineEntry.objects.create(owner=bob, tweet=hidden)
    rebuilt = rebuild_timeline(bob)
    assert (rebuilt.added, rebuilt.removed) == (1, 1)
    assert holders(shown) == {alice, bob}
