"""What a load balancer or supervisor asks: is the process alive, and can it serve people?"""

from collections.abc import Callable

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from timeline import alarms
from timeline.broker import BrokerUnavailableError, broker_stats

# Says in words what is wrong, or "" when all is well.
Check = Callable[[], str]


@cache_control(no_store=True)
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """Answer at all: asks nobody, so that an outage elsewhere never gets this process restarted."""
    return JsonResponse({"status": "alive"})


@cache_control(no_store=True)
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200, with what an operator should look after, or 503 with what is wrong."""
    problems = {name: problem for name, check in CHECKS.items() if (problem := check())}
    if problems:
        return JsonResponse({"status": "unavailable", "problems": problems}, status=503)
    try:
        warnings = alarms.raised()
    except (BrokerUnavailableError, Error) as error:  # it went away in this very moment
        return JsonResponse({"status": "unavailable", "problems": {"alarms": in_one_line(error)}}, status=503)
    return JsonResponse({"status": "ready", "warnings": warnings} if warnings else {"status": "ready"})


def database() -> str:
    """Check that the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        connection.close()
        return in_one_line(error)
    return ""


def broker() -> str:
    """Check that beanstalkd answers, within its time-out, and takes jobs."""
    try:
        draining = broker_stats().get("draining")
    except BrokerUnavailableError as error:
        return in_one_line(error)
    return "beanstalkd is draining: it takes no jobs until it is restarted." if draining == "true" else ""


def migrations() -> str:
    """Check that the database has the shape that this code expects."""
    if connection.connection is None:  # `database` has said so already; do not wait for it twice
        return ""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        return in_one_line(error)
    missing = ", ".join(str(migration) for migration, _ in plan)
    return f"Not applied: {missing}. Run manage.py migrate." if missing else ""


def in_one_line(error: Exception) -> str:
    """Return the message of an error that may span lines."""
    return " ".join(str(error).split()) or type(error).__name__


# In this order: `migrations` relies on `database`.
CHECKS: dict[str, Check] = {"database": database, "broker": broker, "migrations": migrations}
