"""Choosing who sees a tweet: when posting, and afterwards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.visitors import messages_of, signed_in, text_of
from timeline import fanout, friendships, posting
from timeline.audience import change_audience
from timeline.models import Tweet, User
from timeline.models.tweet import Audience

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(alice: User, bob: User) -> User:
    """Another friend of Alice."""
    dora = User.objects.create_user("Dora", password="gardening-1977")
    friendships.befriend(alice.pk, dora.pk)
    return dora


def sees(person: User, tweet: Tweet) -> bool:
    return signed_in(person).get(f"/tweets/{tweet.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("to", "bob_sees", "dora_sees"),
    [("friends", True, True), ("only", True, False), ("except", False, True), ("me", False, False), ("", True, True)],
)
@pytest.mark.parametrize("by", ["names", "people"])
def test_a_post_is_for_whom_it_says(
    alice: User, bob: User, dora: User, to: str, bob_sees: bool, dora_sees: bool, by: str
) -> None:
    chosen = {"names": " @BOB, "} if by == "names" else {"people": [str(bob.pk)]}
    assert signed_in(alice).post("/tweets/", {"text": "hello", "audience": to, **chosen}).status_code == 302
    tweet = Tweet.objects.get()
    fanout.deliver([tweet.pk])
    assert (sees(bob, tweet), sees(dora, tweet)) == (bob_sees, dora_sees)


@pytest.mark.parametrize("names", ["", "charlie", "nobody", "bob charlie", "alice"])
@pytest.mark.parametrize("to", ["only", "except"])
def test_who_is_no_friend_cannot_be_chosen_and_nothing_is_posted(
    alice: User, bob: User, charlie: User, names: str, to: str
) -> None:
    answer = signed_in(alice).post("/tweets/", {"text": "a secret", "audience": to, "names": names})
    assert answer.status_code == 422
    assert "a secret" in text_of(answer)
    assert not Tweet.objects.exists()


def test_friends_are_named_as_they_are_called(alice: User, bob: User, dora: User) -> None:
    bob.name = dora.name = "王芳"
    bob.save()
    client = signed_in(alice)
    client.post("/tweets/", {"text": "x", "audience": "only", "names": "王芳"})
    assert set(Tweet.objects.get().addressees.values_list("person", flat=True)) == {bob.pk}
    dora.save()
    refused = client.post("/tweets/", {"text": "y", "audience": "only", "names": "王芳"})
    assert "Several friends are called" in text_of(refused)
    assert refused.status_code == 422


def test_a_post_deleted_meanwhile_has_no_audience_to_change(alice: User, bob: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="gone in a moment")
    deleted = Tweet.objects.get(pk=tweet.pk)
    tweet.delete()
    with pytest.raises(Tweet.DoesNotExist):
        change_audience(deleted, Audience.ONLY, [bob.pk])


@pytest.mark.parametrize("people", ["x", "0", "9" * 40, "-1"])
def test_junk_names_nobody(alice: User, bob: User, people: str) -> None:
    answer = signed_in(alice).post("/tweets/", {"text": "hello", "audience": "only", "people": people})
    assert answer.status_code == 422


def test_an_unknown_audience_is_refused(alice: User) -> None:
    assert signed_in(alice).post("/tweets/", {"text": "hello", "audience": "world"}).status_code == 422


def test_the_audience_can_be_changed_afterwards(alice: User, bob: User, dora: User) -> None:
    tweet = posting.post(alice, "hello")
    fanout.deliver([tweet.pk])
    client = signed_in(alice)
    answer = client.post(f"/tweets/{tweet.pk}/audience/", {"audience": "only", "people": [dora.pk]}, follow=True)
    assert messages_of(answer) == ["Changed who sees this post."]
    assert (sees(bob, tweet), sees(dora, tweet)) == (False, True)
    page = text_of(client.get(f"/tweets/{tweet.pk}/audience/"))
    assert f'value="{dora.pk}" checked' in page
    assert f'value="{bob.pk}" checked' not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_changes_it(alice: User, bob: User, method: str) -> None:
    tweet = posting.post(alice, "hello")
    answer = getattr(signed_in(bob), method)(f"/tweets/{tweet.pk}/audience/", {"audience": "me"})
    assert answer.status_code == 404
    assert Tweet.objects.get().audience == Audience.FRIENDS


def test_only_the_author_is_told_the_audience(alice: User, bob: User) -> None:
    tweet = posting.post(alice, "hello", audience=Audience.ONLY, people=[bob.pk])
    assert ">only these friends</span>" in text_of(signed_in(alice).get(f"/tweets/{tweet.pk}/"))
    assert ">only these friends</span>" not in text_of(signed_in(bob).get(f"/tweets/{tweet.pk}/"))


def test_with_many_friends_only_some_are_listed_and_those_chosen(alice: User, bob: User) -> None:
    many = User.objects.bulk_create(User(username=f"a{number:03}") for number in range(60))
    for friend in many:
        friendships.befriend(alice.pk, friend.pk)
    tweet = posting.post(alice, "hello", audience=Audience.ONLY, people=[many[-1].pk])
    client = signed_in(alice)
    with CaptureQueriesContext(connection) as captured:
        page = text_of(client.get(f"/tweets/{tweet.pk}/audience/"))
    assert page.count('name="people"') == 51
    assert f'value="{many[-1].pk}" checked' in page
    assert len(captured) <= 8
    assert text_of(client.get("/friends/")).count('name="people"') == 50
