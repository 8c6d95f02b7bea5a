"""What an operator has to know though everything still answers: `/readyz` and `tube_stats` report it."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from timeline import broker
from timeline.partitions import stray_entries
from timeline.shards import TUBE_PREFIX


def unwatched_tubes() -> str:
    """Report tubes that have ready jobs and no consumer, of a shard that is not run or is no more."""
    lonely = [
        _("%(tube)s has %(ready)d ready jobs and no consumer") % {"tube": tube, "ready": stats["current-jobs-ready"]}
        for tube, stats in sorted(broker.tube_stats().items())
        if tube.startswith(TUBE_PREFIX) and stats["current-jobs-ready"] and not stats["current-watching"]
    ]
    return "; ".join(lonely)


def broker_log() -> str:
    """Report a broker that would forget its jobs in a crash."""
    return {
        broker.Log.WRITTEN: "",
        broker.Log.ABSENT: _("beanstalkd runs without a log: a crash loses its jobs to the sweeper. Start it with -b."),
        broker.Log.SILENT: _(
            "beanstalkd has stopped writing its log after a write error. Look at its disk; restart it."
        ),
    }[broker.log_state()]


def default_partition() -> str:
    """Report entries for which no partition was made in time."""
    if stray_entries():
        return _("The default partition of the timeline entries has rows: is the sweeper running?")
    return ""


# Each says in words what is wrong, or "" when all is well, and raises what the broker or the database raise.
ALARMS: dict[str, Callable[[], str]] = {
    "tubes": unwatched_tubes,
    "broker_log": broker_log,
    "default_partition": default_partition,
}


def raised() -> dict[str, str]:
    """Return the alarms that are raised now.

    Raises:
        BrokerUnavailableError, django.db.Error
    """
    return {name: text for name, alarm in ALARMS.items() if (text := alarm())}
