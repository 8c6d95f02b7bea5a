"""Two transactions at the same time: run one in a thread, with a database connection of its own."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

PATIENCE = 20.0


class InThread:
    """Run a function in a thread of its own; `result()` waits for it and passes its error on."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.value: Any = None
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=[function], daemon=True)
        self.thread.start()

    def _run(self, function: Callable[[], Any]) -> None:
        try:
            self.value = function()
        except BaseException as error:  # noqa: BLE001  (it is raised again in result)
            self.error = error
        finally:
            connection.close()

    def result(self) -> Any:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "the thread is still waiting"
        if self.error:
            raise self.error
        return self.value


def wait_until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Await a condition and return what it returned; fail with words if it never comes true."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {patience:.0f} s in vain until {what}"
        time.sleep(0.01)
    return value


def wait_until_somebody_waits_for_a_lock() -> None:
    """Await that another connection waits for a lock of ours; on SQLite it cannot but wait, and tells nobody."""
    if connection.vendor != "postgresql":
        return

    def is_waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees the same answer for ever
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock')"
            )
            return bool(cursor.fetchone()[0])

    wait_until(is_waiting, "somebody waits for a lock")
