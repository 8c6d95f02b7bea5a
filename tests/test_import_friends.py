"""`manage.py import_friends`: a graph from a file, all of it or nothing."""

import gzip
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tests.threads import InThread, wait_until_somebody_waits_for_a_lock
from timeline import friendships, graph_import
from timeline.fanout import deliver
from timeline.models import FriendRequest, Friendship, TimelineEntry, Tweet, User
from timeline.visibility import entries_of

pytestmark = pytest.mark.django_db(transaction=True)

Writer = Callable[[bytes | str], Path]


@pytest.fixture
def edges(tmp_path: Path) -> Writer:
    """Write an edge list and return its path."""

    def write(content: bytes | str) -> Path:
        path = tmp_path / "edges"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def run(path: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("import_friends", str(path), *arguments, stdout=out)
    return out.getvalue()


def fails(path: Path, *arguments: str) -> str:
    """Return the message of an import that fails, and see that it has left nothing behind."""
    before = User.objects.count(), Friendship.objects.count()
    with pytest.raises(CommandError) as caught:
        run(path, *arguments)
    assert (User.objects.count(), Friendship.objects.count()) == before
    return str(caught.value)


def pairs() -> set[tuple[str, str]]:
    return set(Friendship.objects.values_list("user__username", "friend__username"))


def test_each_line_is_a_mutual_friendship(edges: Writer) -> None:
    out = run(edges("# a comment\n\n1 2\n2\t3\r\n  # another\n"), "--username-prefix", "fb_")
    assert pairs() == {("fb_1", "fb_2"), ("fb_2", "fb_1"), ("fb_2", "fb_3"), ("fb_3", "fb_2")}
    assert "People: 3 new, 0 known." in out
    assert "Friendships: 2 new, 0 known." in out
    assert " friendships a second." in out


def test_repeated_lines_fold_and_loops_are_skipped_and_counted(edges: Writer) -> None:
    out = run(edges("1 2\n2 1\n1 2\n3 3\n"))
    assert pairs() == {("1", "2"), ("2", "1")}
    assert "Skipped: 1 lines that join an id to itself, 2 that say the same again." in out
    assert User.objects.filter(username="3").exists(), "whoever is in the graph is a person"


def test_gzip_is_told_by_its_content(edges: Writer, tmp_path: Path) -> None:
    run(edges(gzip.compress(b"1 2\n")))
    plain = tmp_path / "plain.gz"
    plain.write_text("1 3\n")
    run(plain)
    assert {("1", "2"), ("1", "3")} <= pairs()


def test_a_byte_order_mark_is_no_part_of_an_id(edges: Writer) -> None:
    run(edges(b"\xef\xbb\xbf1 2\n"))
    assert pairs() == {("1", "2"), ("2", "1")}


def test_the_second_time_changes_nothing(edges: Writer) -> None:
    path = edges("1 2\n2 3\n")
    run(path)
    before = set(User.objects.values_list()), set(Friendship.objects.values_list())
    out = run(path)
    assert (set(User.objects.values_list()), set(Friendship.objects.values_list())) == before
    assert "People: 0 new, 3 known." in out
    assert "Friendships: 0 new, 2 known." in out


def test_people_and_friendships_that_are_there_stay_as_they_are(
    alice: User, bob: User, charlie: User, edges: Writer
) -> None:
    since = Friendship.objects.values_list("pk", "created_at")
    before = set(since)
    out = run(edges("alice BOB\nBOB charlie\n"))
    assert before <= set(since)
    assert friendships.are_friends(bob.pk, charlie.pk)
    assert "People: 0 new, 3 known." in out
    assert "Friendships: 1 new, 1 known." in out
    assert User.objects.get(pk=alice.pk).has_usable_password()


def test_nobody_can_log_in_as_an_imported_person(edges: Writer) -> None:
    run(edges("1 2\n"))
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_new_friends_find_what_was_posted_before_and_nobody_else_does(
    alice: User, bob: User, charlie: User, edges: Writer
) -> None:
    tweets = [Tweet.objects.create(author=author, text="hello").pk for author in (alice, charlie)]
    deliver(tweets)
    out = run(edges("bob charlie\ncharlie new\nalice bob\n"))
    assert "Tweets brought to new friends: 2." in out
    assert set(TimelineEntry.objects.values_list("owner", "tweet")) == set(entries_of(Tweet.objects.all()))


def test_an_open_request_is_answered_by_the_friendship(alice: User, charlie: User, bob: User, edges: Writer) -> None:
    friendships.ask(charlie, alice)
    friendships.ask(bob, charlie)
    run(edges("alice charlie\n"))
    assert list(FriendRequest.objects.values_list("sender__username", "receiver__username")) == [("bob", "charlie")]


def test_a_tweet_that_is_being_delivered_reaches_the_new_friend(alice: User, charlie: User, edges: Writer) -> None:
    """Guard: own_authors. Without it neither the fan-out nor the backfill would see the other."""
    tweet = Tweet.objects.create(author=alice, text="in this very moment")
    path = edges("alice charlie\n")
    with transaction.atomic():
        deliver([tweet.pk])
        imported = InThread(lambda: run(path))
        wait_until_somebody_waits_for_a_lock()
    imported.result()
    assert TimelineEntry.objects.filter(owner=charlie, tweet=tweet).exists()


def test_a_large_graph_is_written_in_pieces(edges: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_import, "CHUNK", 3)
    path = edges("\n".join(f"{one} {one + step}" for one in range(20) for step in (1, 2, 3)))
    run(path)
    assert Friendship.objects.count() == 120
    assert "0 new, 60 known" in run(path)


@pytest.mark.parametrize("line", ["1 2 3", "1", "1,2", "1 a/b", "1 ..", "1 a\x00b"])
def test_a_broken_line_is_told_with_number_and_content(edges: Writer, line: str) -> None:
    message = fails(edges(f"# head\n5 6\n{line}\n7 8\n"))
    assert "Line 3: " in message
    assert message.endswith(repr(line))


def test_an_id_that_makes_the_user_name_too_long_is_refused(edges: Writer) -> None:
    run(edges(f"1 {'x' * 147}\n"), "--username-prefix", "fb_")
    message = fails(edges(f"1 {'x' * 148}\n"), "--username-prefix", "fb_")
    assert "Line 1: an id has more than 147 characters" in message


def test_ids_that_differ_in_case_alone_are_refused(edges: Writer) -> None:
    assert "a and A would be one person" in fails(edges("a b\nA c\n"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        # Without the time of day, which would give a test another name in each of the processes that run the tests.
        (gzip.compress(b"1 2\n" * 1000, mtime=0)[:-20], "damaged"),
        (b"\x1f\x8bnot really", "damaged"),
        (gzip.compress(b"1 2\n", mtime=0)[:-8] + b"\0" * 8, "damaged"),
        (b"\xff\xfe\x00\x01\n", "Line 1: not text in UTF-8"),
        (b"\0" * 100_000, "Line 1: far too long"),
        (gzip.compress(b"x" * 100_000, mtime=0), "Line 1: far too long"),
    ],
)
def test_what_is_no_edge_list_is_told(edges: Writer, content: bytes, reason: str) -> None:
    assert reason in fails(edges(content))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert "nowhere cannot be read: No such file or directory." in fails(tmp_path / "nowhere")
    assert "cannot be read: Is a directory." in fails(tmp_path)


def test_a_prefix_that_no_user_name_may_have_is_refused(edges: Writer) -> None:
    assert "--username-prefix is 'a b'" in fails(edges("1 2\n"), "--username-prefix", "a b")
    assert "It leaves no room for an id" in fails(edges("1 2\n"), "--username-prefix", "x" * 150)


def test_a_failure_half_way_leaves_nothing(edges: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: one transaction."""

    def fail(*arguments: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(graph_import, "backfill_all", fail)
    with pytest.raises(RuntimeError):
        run(edges("1 2\n"))
    assert (User.objects.count(), Friendship.objects.count()) == (0, 0)


def test_an_empty_file_is_nothing_to_do(edges: Writer) -> None:
    assert "People: 0 new, 0 known." in run(edges(""))
    assert run(edges("1 2\n"), "-v0") == ""
