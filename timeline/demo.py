"""A small circle of friends to look around in: a dozen people, what they post, and what they say about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from project.environment import kept_secret
from timeline import friendships, photos, posting, reactions
from timeline.fanout import deliver
from timeline.locks import own_authors
from timeline.models import Tweet, User
from timeline.paintings import painting

# The one who logs in: an ordinary person of the circle, who may also enter /admin/.
LOGIN = "demo"
# The others have names only; nobody can log in as they.
PEOPLE = {
    LOGIN: "林晓",
    "wangfang": "王芳",
    "chenwei": "陈伟",
    "zhouning": "周宁",
    "lijing": "李静",
    "hexiaomei": "何小梅",
    "grace": "Grace 陈慧",
    "alice": "Alice Carter",
    "ben": "Ben Hughes",
    "emma": "Emma Lindqvist",
    "david": "David Okafor",
    "oliver": "Oliver Grant",
}

FRIENDS = {
    LOGIN: "wangfang chenwei zhouning hexiaomei grace alice ben david",
    "wangfang": "chenwei lijing hexiaomei",
    "chenwei": "zhouning grace",
    "lijing": "hexiaomei emma",
    "grace": "alice emma",
    "alice": "ben emma oliver",
    "ben": "david",
    "david": "oliver",
}

# Who waits for an answer of the one who logs in.
ASKING = ("emma", "lijing")

TWEETS = (
    ("oliver", "New bicycle, old hill. The hill won."),
    ("lijing", "书架终于装好了，多出来三颗螺丝，先当没看见。"),
    ("wangfang", "早上的豆浆配油条，一天都有精神。"),
    ("chenwei", "周末去爬山，有人一起吗？"),
    ("zhouning", "学会了一首新曲子，邻居们辛苦了。"),
    ("emma", "Snow in the north already. Tea, candles, and a very long book."),
    ("david", "Burnt the toast, saved the eggs. Breakfast is about balance."),
    ("grace", "今天中英文各说了一半，两边都以为我在说另一种。"),
    ("hexiaomei", "雨后的巷子，桂花香得不讲道理。"),
    ("demo", "First tweet from the garden bench. 风很轻，茶刚好。"),
    ("alice", "The cat has a library card now. Nobody objected."),
)

# Tweets with photos, the newest ones: who, what, and of each photo what is painted and what it shows.
ALBUMS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "ben",
        "Day three: the beans are up, and the trellis is taller than I am. I may have shouted.",
        tuple(("beans", f"Bean plants on a wooden trellis, row {row}") for row in (1, 2, 3, 4)),
    ),
    ("demo", "阳台上的花开了！🌸", (("blossom", "黄色的花"), ("blossom", "粉色的花"), ("blossom", "红色的花"))),
    (
        "alice",
        "The library has a cat now. It sleeps among the poetry.",
        (("shelf", "A grey cat asleep between books"),),
    ),
    (
        "chenwei",
        "山里住了三天，每个时辰都舍不得睡。",
        tuple(("hills", f"层层的山，第{n}张") for n in "一二三四五六七八九"),
    ),
    ("wangfang", "妈妈寄来一箱橙子，来我家吃！", (("fruit", "满满一箱橙子"),)),
)

# What is said to each album, by author, and who likes it. An author answers the comment before.
TALK = {
    "ben": (("demo", "我家的还没醒。"),),
    LOGIN: (("hexiaomei", "好香，隔着屏幕都闻到了。"), (LOGIN, "明天给你剪两枝。")),
    "alice": (("ben", "Does it return its books on time?"), ("alice", "It sleeps on the overdue ones.")),
    "chenwei": (("zhouning", "第五张是几点？"), ("chenwei", "凌晨四点，手都冻僵了。")),
    "wangfang": ((LOGIN, "留两个给我！"), ("hexiaomei", "我带刀来。"), ("wangfang", "都有，快来。")),
}
LIKES = {
    "ben": "demo alice david",
    LOGIN: "wangfang hexiaomei alice ben",
    "alice": "demo grace ben emma oliver",
    "chenwei": "demo wangfang zhouning grace",
    "wangfang": "demo chenwei hexiaomei lijing",
}

# Who has a picture, and what is painted on it; the others keep their initials.
PICTURES = {
    LOGIN: "blossom",
    "wangfang": "fruit",
    "chenwei": "hills",
    "ben": "beans",
    "emma": "hills",
    "hexiaomei": "blossom",
}


class NamesTakenError(Exception):
    """Some people of the demo circle cannot be made: their user names belong to others."""

    def __init__(self, usernames: list[str]) -> None:
        super().__init__(", ".join(usernames))


@dataclass(frozen=True)
class Seeded:
    """What the demo circle consists of, and how to log in."""

    people: int
    friendships: int
    tweets: int
    username: str
    password: str


def password_file() -> Path:
    """Return where the password is kept, for the owner of VAR_DIR alone."""
    return settings.VAR_DIR / "demo-password"


def is_seeded() -> bool:
    """Tell whether the demo circle is there."""
    return User.objects.filter(username__iexact=LOGIN).exists()


def seed() -> Seeded:
    """Make the whole demo circle, or nothing; then its photos, which no transaction can hold.

    Raises:
        NamesTakenError: there are people of these names already.
    """
    # Before the people, so that nobody has a password that is not kept.
    password = kept_secret(password_file(), size=12)
    with transaction.atomic():
        people = make_people(password)
        # All at once: one pair after the other could deadlock with a consumer that is at work.
        own_authors(person.pk for person in people.values())
        pairs = [(name, friend) for name, friends in FRIENDS.items() for friend in friends.split()]
        for name, friend in pairs:
            friendships.befriend(people[name].pk, people[friend].pk)
        for name in ASKING:
            friendships.ask(people[name], people[LOGIN])
        show([Tweet.objects.create(author=people[name], text=text) for name, text in TWEETS])
    add_photos(people)
    return Seeded(len(people), len(pairs), len(TWEETS) + len(ALBUMS), LOGIN, password)


def show(tweets: Sequence[Tweet]) -> None:
    """Deliver tweets here and now, so that the circle is complete even where no broker or consumer runs yet.

    Their ids are pushed like all others; a consumer that gets one later finds nothing left to do.
    """
    deliver([tweet.pk for tweet in tweets])


def add_photos(people: Mapping[str, User]) -> None:
    """Paint pictures of the people, and post their photos."""
    for seed, (name, painted) in enumerate(PICTURES.items()):
        photos.set_picture(people[name], painting(painted, seed))
    for name, text, album in ALBUMS:
        drafts = [
            photos.upload(people[name], painting(painted, seed), alt=alt) for seed, (painted, alt) in enumerate(album)
        ]
        tweet = posting.post(people[name], text, photos=drafts)
        show([tweet])
        react(tweet, name, people)


def react(tweet: Tweet, author: str, people: Mapping[str, User]) -> None:
    """Let friends like and discuss the album of an author."""
    for fan in LIKES[author].split():
        reactions.like(people[fan], tweet.pk)
    before = None
    for name, text in TALK[author]:
        reply_to = before if name == author else None
        before = reactions.comment(people[name], tweet.pk, text, reply_to).pk


def make_people(password: str) -> dict[str, User]:
    """Make the people, by user name; the one who logs in gets the password, the others none that works."""
    if taken := [name for name in PEOPLE if User.objects.filter(username__iexact=name).exists()]:
        raise NamesTakenError(taken)
    people = {name: User.objects.create_user(name, name=full) for name, full in PEOPLE.items() if name != LOGIN}
    people[LOGIN] = User.objects.create_superuser(LOGIN, password=password, name=PEOPLE[LOGIN])
    return people
