"""Django admin: what operators see and do there, also when the tables are large."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.servers import Beanstalkd
from tests.visitors import Page, signed_in, text_of
from timeline import audit, broker, friendships, queue, reactions
from timeline.admin import counts, large_tables, tweets
from timeline.fanout import deliver
from timeline.models import Comment, FriendRequest, Friendship, TimelineEntry, Tweet, User
from timeline.models.tweet import Delivery

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = "<script>alert(1)</script>"
LISTS = ["user", "friendrequest", "friendship", "tweet", "comment"]
MESSAGE = re.compile(r'<li class="(?:success|warning|error)">(.*?)</li>', re.DOTALL)


@pytest.fixture
def desk(db: None) -> Client:
    """A browser in which a superuser is signed in."""
    return signed_in(User.objects.create_superuser("root"))


@pytest.fixture
def tweet(alice: User, bob: User) -> Tweet:
    """A tweet of Alice that has reached Bob."""
    tweet = Tweet.objects.create(author=alice, text="Beans and peas")
    deliver([tweet.pk])
    return Tweet.objects.get()


def staff(*permissions: str) -> Client:
    """A browser of somebody who may enter the admin and has some permissions."""
    user = User.objects.create_user("assistant", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert user.user_permissions.count() == len(permissions)
    return signed_in(user)


def page_of(client: Client, address: str, **query: str) -> str:
    response = client.get(f"/admin/timeline/{address}", query)
    assert response.status_code == 200
    return text_of(response)


def act(client: Client, model: str, action: str, *chosen: int, **more: str) -> Page:
    data = {"action": action, "_selected_action": [str(pk) for pk in chosen], **more}
    return client.post(f"/admin/timeline/{model}/", data, follow=True)


def said(response: Page) -> list[str]:
    return [message.strip() for message in MESSAGE.findall(text_of(response))]


def listed(page: str) -> int:
    return page.count('name="_selected_action"')


def ready_jobs() -> int:
    return sum(tube["current-jobs-ready"] for tube in broker.tube_stats().values())


def the_friendship() -> Friendship:
    return Friendship.objects.order_by("user")[0]


# --- Who may do what ---------------------------------------------------------------------------------------


def test_the_admin_is_called_trellis_and_leads_to_the_site(desk: Client) -> None:
    page = text_of(desk.get("/admin/"))
    assert "<title>Administration | Trellis</title>" in page
    assert '<a href="/">View site</a>' in page


@pytest.mark.parametrize("model", LISTS)
def test_staff_without_permissions_see_nothing(alice: User, model: str) -> None:
    client = staff()
    assert client.get(f"/admin/timeline/{model}/").status_code == 403
    assert client.get(f"/admin/timeline/{model}/add/").status_code == 403
    assert client.get(f"/admin/timeline/user/{alice.pk}/timeline/").status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_whoever_may_only_look_is_offered_no_action(tweet: Tweet, charlie: User, bob: User, model: str) -> None:
    friendships.ask(bob, charlie)
    page = page_of(staff(f"view_{model}"), f"{model}/")
    assert f"/admin/timeline/{model}/" in page
    assert 'name="action"' not in page


def test_whoever_may_only_look_cannot_act(tweet: Tweet) -> None:
    client = staff("view_tweet", "view_friendship", "view_user")
    act(client, "tweet", "fan_out_again", tweet.pk)
    act(client, "tweet", "delete_selected", tweet.pk, post="yes")
    act(client, "friendship", "delete_selected", the_friendship().pk, post="yes")
    assert client.post(f"/admin/timeline/tweet/{tweet.pk}/change/", {"text": "no"}).status_code == 403
    assert Tweet.objects.get() == tweet
    assert Tweet.objects.get().delivery == Delivery.DELIVERED
    assert Friendship.objects.count() == 2


def test_a_person_is_deleted_only_by_who_may_delete_what_goes_with_them(tweet: Tweet, alice: User) -> None:
    client, address = staff("view_user", "delete_user"), f"/admin/timeline/user/{alice.pk}/delete/"
    assert "<li>friendship</li>" in text_of(client.get(address))
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert User.objects.contains(alice)


def test_staff_cannot_make_themselves_superusers_nor_take_one_over(alice: User) -> None:
    root = User.objects.create_superuser("root", password="unknown to the assistant")
    client = staff("view_user", "change_user", "delete_user")
    assert client.get(f"/admin/timeline/user/{alice.pk}/change/").status_code == 200
    assert 'name="is_superuser"' not in page_of(client, f"user/{alice.pk}/change/")
    assert client.get(f"/admin/timeline/user/{root.pk}/password/").status_code == 403
    assert 'name="username"' not in page_of(client, f"user/{root.pk}/change/")
    assert client.post(f"/admin/timeline/user/{root.pk}/delete/", {"post": "yes"}).status_code == 403
    act(client, "user", "delete_selected", root.pk, post="yes")
    assert User.objects.contains(root)


@pytest.mark.parametrize("address", ["user/", "friendship/", "tweet/", "user/{0}/timeline/", "user/{0}/delete/"])
def test_hostile_names_and_texts_are_only_text(desk: Client, alice: User, bob: User, address: str) -> None:
    User.objects.filter(pk=alice.pk).update(name=HOSTILE)
    Tweet.objects.create(author=alice, text=HOSTILE)
    page = page_of(desk, address.format(alice.pk))
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page


# --- People ------------------------------------------------------------------------------------------------


def test_a_new_person_needs_no_password(desk: Client) -> None:
    desk.post("/admin/timeline/user/add/", {"username": "dora", "name": "朵拉", "usable_password": "false"})
    dora = User.objects.get(username="dora")
    assert (dora.name, dora.has_usable_password()) == ("朵拉", False)


def test_a_new_person_is_named_by_the_rules_of_signing_up(desk: Client) -> None:
    response = desk.post("/admin/timeline/user/add/", {"username": "..", "usable_password": "false"})
    assert "A user name cannot consist of dots alone." in text_of(response)


def test_a_person_can_be_renamed(desk: Client, alice: User) -> None:
    joined = {"date_joined_0": "2020-01-01", "date_joined_1": "00:00:00"}
    data = {"username": "alice", "name": "Alice L.", "look_back": 0, **joined}
    assert desk.post(f"/admin/timeline/user/{alice.pk}/change/", data).status_code == 302
    assert User.objects.get(pk=alice.pk).name == "Alice L."


@pytest.mark.parametrize(("text", "found"), [("ali", 1), ("Alice", 1), ("a@example.org", 1), ("lice", 0), ("%", 0)])
def test_people_are_found_by_the_beginning_of_a_name_or_by_address(
    desk: Client, alice: User, charlie: User, text: str, found: int
) -> None:
    User.objects.filter(pk=alice.pk).update(email="a@example.org")
    assert listed(page_of(desk, "user/", q=text)) == found


def test_deleting_a_person_tells_how_much_goes_and_leaves_true_timelines(
    desk: Client, tweet: Tweet, alice: User, charlie: User
) -> None:
    friendships.ask(charlie, alice)
    page = page_of(desk, f"user/{alice.pk}/delete/")
    for line in ("Tweets: 1", "Friendships: 1", "Friend requests: 1", "Timeline entries: 1"):
        assert f"<li>{line}</li>" in page
    desk.post(f"/admin/timeline/user/{alice.pk}/delete/", {"post": "yes"})
    assert not User.objects.contains(alice)
    assert not TimelineEntry.objects.exists()
    assert audit.audit() == audit.Audit()


def test_deleting_people_together_leaves_true_timelines(desk: Client, tweet: Tweet, alice: User, charlie: User) -> None:
    act(desk, "user", "delete_selected", alice.pk, charlie.pk, post="yes")
    assert sorted(User.objects.values_list("username", flat=True)) == ["bob", "root"]
    assert not TimelineEntry.objects.exists()


def test_the_question_before_a_deletion_is_short_however_much_goes(desk: Client, alice: User) -> None:
    Tweet.objects.bulk_create(Tweet(author=alice, text="again and again") for _ in range(3000))
    with CaptureQueriesContext(connection) as queries:
        page = page_of(desk, f"user/{alice.pk}/delete/")
    assert "<li>Tweets: 3000</li>" in page
    assert "again and again" not in page
    assert len(queries) < 20


# --- A person's timeline -----------------------------------------------------------------------------------


def test_a_person_leads_to_their_timeline(desk: Client, alice: User) -> None:
    assert f'href="/admin/timeline/user/{alice.pk}/timeline/"' in page_of(desk, f"user/{alice.pk}/change/")


def test_a_timeline_shows_what_is_stored_and_what_its_owner_may_see(
    desk: Client, tweet: Tweet, bob: User, charlie: User
) -> None:
    stray = Tweet.objects.create(author=charlie, text="Not for Bob")
    TimelineEntry.objects.create(owner=bob, tweet=stray)
    TimelineEntry.objects.create(owner=bob, tweet_id=stray.pk + 1000)
    rows = page_of(desk, f"user/{bob.pk}/timeline/").split("<tbody>")[1].split("<tr>")[1:]
    assert ["This tweet is gone." in row for row in rows] == [True, False, False]
    assert ["Not for Bob" in row for row in rows] == [False, True, False]
    assert ['alt="Yes"' in row for row in rows] == [False, False, True]
    assert f'href="/admin/timeline/tweet/{tweet.pk}/change/"' in rows[2]
    assert "Beans and peas" in rows[2]
    assert "<td>delivered</td>" in rows[2]


def test_a_long_timeline_is_read_page_by_page_and_each_entry_once(desk: Client, alice: User) -> None:
    written = [Tweet.objects.create(author=alice, text=f"number {number}").pk for number in range(45)]
    address, seen = f"user/{alice.pk}/timeline/", []
    while address:
        page = page_of(desk, address)
        seen += [int(pk) for pk in re.findall(r"/admin/timeline/tweet/(\d+)/change/", page)]
        link = re.search(r'<a rel="next" href="/admin/timeline/([^"]+)">', page)
        address = link[1] if link else ""
    assert seen == sorted(written, reverse=True)


def test_a_timeline_is_shown_to_who_may_see_both_people_and_entries(tweet: Tweet, bob: User) -> None:
    client = staff("view_user", "view_timelineentry")
    page = page_of(client, f"user/{bob.pk}/timeline/")
    assert "Beans and peas" in page
    assert "/admin/timeline/tweet/" not in page


@pytest.mark.parametrize("permission", ["view_user", "view_timelineentry"])
def test_a_timeline_needs_both_permissions(tweet: Tweet, bob: User, permission: str) -> None:
    assert staff(permission).get(f"/admin/timeline/user/{bob.pk}/timeline/").status_code == 403


def test_who_may_not_see_timelines_is_not_led_there(alice: User) -> None:
    assert f"/admin/timeline/user/{alice.pk}/timeline/" not in page_of(staff("view_user"), f"user/{alice.pk}/change/")


@pytest.mark.parametrize("address", ["user/999999/timeline/", "user/{0}/timeline/?before=x"])
def test_a_timeline_that_makes_no_sense_is_not_found(desk: Client, alice: User, address: str) -> None:
    assert desk.get(f"/admin/timeline/{address.format(alice.pk)}").status_code == 404


# --- Requests and friendships ------------------------------------------------------------------------------


def test_requests_are_found_by_either_side_and_can_be_removed(desk: Client, alice: User, charlie: User) -> None:
    friendships.ask(charlie, alice)
    assert [listed(page_of(desk, "friendrequest/", q=name)) for name in ("ALICE", "charlie", "bob")] == [1, 1, 0]
    act(desk, "friendrequest", "delete_selected", FriendRequest.objects.get().pk, post="yes")
    assert not FriendRequest.objects.exists()


def test_a_friendship_is_listed_once_and_found_by_either_side(desk: Client, bob: User, charlie: User) -> None:
    assert [listed(page_of(desk, "friendship/", q=name)) for name in ("", "alice", "bob", "charlie")] == [1, 1, 1, 0]


@pytest.mark.parametrize("is_swapped", [False, True])
def test_adding_a_friendship_makes_both_directions_and_fills_the_timelines(
    desk: Client, tweet: Tweet, alice: User, charlie: User, is_swapped: bool
) -> None:
    user, friend = (charlie, alice) if is_swapped else (alice, charlie)
    answer = desk.post("/admin/timeline/friendship/add/", {"user": user.pk, "friend": friend.pk}, follow=True)
    assert "was added successfully" in said(answer)[0]
    logged = LogEntry.objects.get().object_id
    assert f'href="/admin/timeline/friendship/{logged}/change/"' in page_of(desk, "friendship/")
    assert friendships.are_friends(alice.pk, charlie.pk)
    assert friendships.are_friends(charlie.pk, alice.pk)
    assert TimelineEntry.objects.filter(owner=charlie, tweet=tweet).exists()


def test_a_friendship_that_exists_and_one_with_oneself_are_refused(desk: Client, alice: User, bob: User) -> None:
    twice = desk.post("/admin/timeline/friendship/add/", {"user": bob.pk, "friend": alice.pk})
    assert "already exists" in text_of(twice)
    oneself = desk.post("/admin/timeline/friendship/add/", {"user": bob.pk, "friend": bob.pk})
    assert "One cannot befriend oneself." in text_of(oneself)
    assert Friendship.objects.count() == 2


def test_a_friendship_cannot_be_changed(desk: Client, alice: User, bob: User, charlie: User) -> None:
    address = f"friendship/{the_friendship().pk}/change/"
    assert 'name="_save"' not in page_of(desk, address)
    data = {"user": alice.pk, "friend": charlie.pk}
    assert desk.post(f"/admin/timeline/{address}", data).status_code == 403


def test_deleting_a_friendship_ends_both_directions(desk: Client, tweet: Tweet, bob: User) -> None:
    desk.post(f"/admin/timeline/friendship/{the_friendship().pk}/delete/", {"post": "yes"})
    assert not Friendship.objects.exists()
    assert not TimelineEntry.objects.filter(owner=bob).exists()


def test_deleting_friendships_together_ends_both_directions(
    desk: Client, tweet: Tweet, alice: User, bob: User, charlie: User
) -> None:
    friendships.befriend(alice.pk, charlie.pk)
    chosen = Friendship.objects.filter(user=alice).values_list("pk", flat=True)
    answer = act(desk, "friendship", "delete_selected", *chosen, post="yes")
    assert said(answer) == ["Successfully deleted 2 friendships."]
    assert not Friendship.objects.exists()
    assert list(TimelineEntry.objects.values_list("owner", flat=True)) == [alice.pk]


# --- Tweets ------------------------------------------------------------------------------------------------


def test_a_tweet_added_in_admin_travels_the_line(desk: Client, alice: User, beanstalkd: Beanstalkd) -> None:
    desk.post("/admin/timeline/tweet/add/", {"author": alice.pk, "text": "From the desk"})
    assert TimelineEntry.objects.filter(owner=alice, tweet__text="From the desk").exists()
    assert ready_jobs() == 1


def test_a_blank_tweet_is_refused(desk: Client, alice: User) -> None:
    answer = desk.post("/admin/timeline/tweet/add/", {"author": alice.pk, "text": " \u200b"})
    assert "Write something first." in text_of(answer)


def test_author_and_delivery_of_a_tweet_cannot_be_changed(desk: Client, tweet: Tweet, charlie: User) -> None:
    data = {"author": charlie.pk, "text": "Peas and beans", "attempts": "7", "failure": "made up", "delivered_at": ""}
    desk.post(f"/admin/timeline/tweet/{tweet.pk}/change/", data)
    changed = Tweet.objects.get()
    assert changed.text == "Peas and beans"
    assert (changed.author_id, changed.attempts, changed.failure) == (tweet.author_id, 0, "")
    assert changed.delivered_at == tweet.delivered_at


def test_saving_a_form_writes_nothing_that_was_not_changed_there(desk: Client, tweet: Tweet) -> None:
    with CaptureQueriesContext(connection) as queries:
        desk.post(f"/admin/timeline/tweet/{tweet.pk}/change/", {"text": "Peas and beans"})
    (update,) = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "timeline_tweet"')]
    assert "due_at" not in update


def test_the_page_of_a_failed_tweet_says_why(desk: Client, tweet: Tweet) -> None:
    Tweet.objects.update(delivered_at=None, due_at=None, attempts=8, failure="disk <full>")
    page = page_of(desk, f"tweet/{tweet.pk}/change/")
    assert "disk &lt;full&gt;" in page
    assert ">failed<" in page


@pytest.mark.parametrize(
    ("query", "first", "second"),
    [
        ({}, True, True),
        ({"delivery": "delivered"}, True, False),
        ({"delivery": "waiting"}, False, True),
        ({"delivery": "failed"}, False, False),
        ({"delivery": "nonsense"}, True, True),
        ({"q": "{0}"}, True, False),
        ({"q": "Charlie"}, False, True),
        ({"q": "AND PEAS"}, True, False),
        ({"q": "%"}, False, False),
        ({"q": "9" * 19}, False, False),
    ],
)
def test_tweets_are_found_by_state_id_author_and_text(
    desk: Client, tweet: Tweet, charlie: User, query: dict[str, str], first: bool, second: bool
) -> None:
    Tweet.objects.create(author=charlie, text="Still waiting")
    page = page_of(desk, "tweet/", **{name: value.format(tweet.pk) for name, value in query.items()})
    assert ("Beans and peas" in page, "Still waiting" in page) == (first, second)


def test_text_is_searched_in_the_newest_tweets_only(desk: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tweets, "SEARCHED", 2)
    for number in range(3):
        Tweet.objects.create(author=alice, text=f"bean {number}")
    page = page_of(desk, "tweet/", q="bean")
    assert ["bean 0" in page, "bean 1" in page, "bean 2" in page] == [False, True, True]


def test_fanning_out_again_pushes_and_tells_and_is_written_down(
    desk: Client, tweet: Tweet, beanstalkd: Beanstalkd
) -> None:
    queue.breaker.reset()  # the broker was away when the tweet was posted
    assert said(act(desk, "tweet", "fan_out_again", tweet.pk)) == ["1 tweet is on its way again."]
    assert Tweet.objects.get().delivery == Delivery.WAITING
    assert ready_jobs() == 1
    assert LogEntry.objects.get().object_id == str(tweet.pk)


def test_fanning_out_again_without_a_broker_tells_who_will(desk: Client, tweet: Tweet) -> None:
    answer = said(act(desk, "tweet", "fan_out_again", tweet.pk))
    assert answer == ["The broker is away: 1 tweet waits for the sweeper, which pushes it again."]
    assert Tweet.objects.waiting().count() == 1


def test_failed_tweets_are_fanned_out_again_from_the_list_of_them(
    desk: Client, tweet: Tweet, beanstalkd: Beanstalkd
) -> None:
    queue.breaker.reset()
    Tweet.objects.update(delivered_at=None, due_at=None)
    data = {"action": "fan_out_again", "_selected_action": [str(tweet.pk)]}
    desk.post("/admin/timeline/tweet/?delivery=failed", data)
    assert Tweet.objects.get().delivery == Delivery.WAITING
    assert LogEntry.objects.count() == 1


def test_deleting_tweets_together_takes_them_out_of_all_timelines(desk: Client, tweet: Tweet) -> None:
    assert "<li>Timeline entries: 2</li>" in text_of(act(desk, "tweet", "delete_selected", tweet.pk))
    act(desk, "tweet", "delete_selected", tweet.pk, post="yes")
    assert not Tweet.objects.exists()
    assert not TimelineEntry.objects.exists()


# --- Large tables ------------------------------------------------------------------------------------------


def test_counting_ends_and_says_so(desk: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST", 150)
    monkeypatch.setattr(counts, "estimate", lambda rows: 0)
    Tweet.objects.bulk_create(Tweet(author=alice, text=f"number {number}") for number in range(160))
    assert "150+ tweets" in page_of(desk, "tweet/", delivery="waiting")
    assert listed(page_of(desk, "tweet/", delivery="waiting", p="2")) == 50


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL estimates")
def test_a_whole_table_is_estimated_and_a_part_is_not(
    desk: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "MOST", 150)
    Tweet.objects.bulk_create(Tweet(author=alice, text="bean") for _ in range(400))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE timeline_tweet")
    assert "about 400 tweets" in page_of(desk, "tweet/")
    assert "150+ tweets" in page_of(desk, "tweet/", q="bean")


def test_what_is_chosen_for_more_than_a_request_can_do_is_refused(
    desk: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_tables, "MOST_AT_ONCE", 2)
    chosen = [Tweet.objects.create(author=alice, text="bean").pk for _ in range(3)]
    answer = act(desk, "tweet", "delete_selected", chosen[0], post="yes", select_across="1")
    assert said(answer) == ["Nothing was done: at most 2 can be chosen at once. Narrow the list down first."]
    assert Tweet.objects.count() == 3


@pytest.mark.parametrize("address", ["user/", "friendrequest/", "friendship/", "tweet/", "user/{0}/timeline/"])
def test_a_page_takes_the_same_few_queries_however_long(desk: Client, charlie: User, address: str) -> None:
    root = User.objects.get(username="root")

    def fill(number: int) -> None:
        person = User.objects.create(username=f"p{number}")
        friendships.befriend(person.pk, charlie.pk)
        friendships.ask(person, root)
        deliver([Tweet.objects.create(author=person, text="bean").pk])

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page_of(desk, address.format(charlie.pk))
        return len(found)

    fill(0)
    queries()
    few = queries()
    for number in range(1, 15):
        fill(number)
    assert queries() == few
    assert few <= 8


@pytest.mark.parametrize("address", ["friendship/add/", "tweet/add/"])
def test_people_are_chosen_by_searching_and_not_from_a_list_of_all(desk: Client, charlie: User, address: str) -> None:
    assert "Charlie" not in page_of(desk, address)


@pytest.mark.parametrize(("term", "found"), [("cha", True), ("li", False), ("cha\x00", True)])
def test_the_search_for_a_person_finds_the_beginning_of_a_name(
    desk: Client, charlie: User, term: str, found: bool
) -> None:
    query = {"term": term, "app_label": "timeline", "model_name": "tweet", "field_name": "author"}
    assert ('"text": "Charlie"' in text_of(desk.get("/admin/autocomplete/", query))) == found


# --- Comments ----------------------------------------------------------------------------------------------


def test_a_moderator_finds_and_deletes_a_comment_and_its_replies_stay(desk: Client, tweet: Tweet, bob: User) -> None:
    comment = reactions.comment(bob, tweet.pk, f"Rude {HOSTILE}")
    reactions.comment(tweet.author, tweet.pk, "An answer", reply_to=comment.pk)
    for term in ("bob", "rude"):
        page = page_of(desk, "comment/", q=term)
        assert listed(page) == 1
        assert HOSTILE not in page
    assert listed(page_of(desk, "comment/", q="nobody")) == 0
    act(desk, "comment", "delete_selected", comment.pk, post="yes")
    assert [comment.text for comment in Comment.objects.all()] == ["An answer"]


def test_nobody_writes_a_comment_in_somebody_elses_name(desk: Client, tweet: Tweet, bob: User) -> None:
    comment = reactions.comment(bob, tweet.pk, "Mine")
    assert desk.get("/admin/timeline/comment/add/").status_code == 403
    assert desk.post(f"/admin/timeline/comment/{comment.pk}/change/", {"text": "Yours"}).status_code == 403
    assert Comment.objects.get().text == "Mine"


def test_a_deletion_tells_how_many_likes_and_comments_go_with_it(desk: Client, tweet: Tweet, bob: User) -> None:
    reactions.comment(bob, tweet.pk, "Mine")
    reactions.like(bob, tweet.pk)
    for page in (
        text_of(act(desk, "tweet", "delete_selected", tweet.pk)),
        text_of(act(desk, "user", "delete_selected", tweet.author_id)),
        text_of(act(desk, "user", "delete_selected", bob.pk)),
    ):
        assert "<li>Comments: 1</li>" in page
        assert "<li>Likes: 1</li>" in page
