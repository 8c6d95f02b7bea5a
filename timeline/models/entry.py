"""One tweet in one timeline."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.utils.translation import gettext_lazy as _

# The ORM knows no INSERT … SELECT, and no DELETE of pairs; so no row has to leave the database.
INSERT = "INSERT INTO {table} (owner_id, tweet_id) {pairs}"
INSERT_MISSING = f"{INSERT} ON CONFLICT DO NOTHING"
DELETE = "DELETE FROM {table} WHERE (owner_id, tweet_id) IN ({pairs})"
DELETE_OTHERS = DELETE.format(
    table="{table}", pairs="SELECT * FROM ({pairs}) AS named EXCEPT SELECT * FROM ({keep}) AS kept"
)


class TimelineEntryQuerySet(models.QuerySet["TimelineEntry"]):
    """Sets of timeline entries."""

    def insert(self, pairs: models.QuerySet) -> int:
        """Write the entries that a query names; those that exist already stay as they are.

        Args:
            pairs: a query whose two columns are owner id and tweet id. It ought to be ordered: writers that
                touch rows in the same order cannot deadlock.

        Returns:
            How many entries are new.
        """
        return self._execute(INSERT_MISSING, pairs=pairs)

    def insert_selected(self, sql: str, parameters: Sequence[Any], *, all_new: bool = False) -> int:
        """Do what `insert` does, for a query that is compiled already.

        Args:
            all_new: none of the entries is there yet. That is a third or more faster.

        Raises:
            IntegrityError: with `all_new`, when one is there.
        """
        statement = INSERT if all_new else INSERT_MISSING
        with connections[self.db].cursor() as cursor:
            cursor.execute(statement.format(table=self.model._meta.db_table, pairs=sql), parameters)
            return cursor.rowcount

    def remove(self, pairs: models.QuerySet) -> int:
        """Delete the entries that a query names; the counterpart of `insert`.

        Returns:
            How many entries there were.
        """
        return self._execute(DELETE, pairs=pairs)

    def remove_others(self, pairs: models.QuerySet, *, keep: models.QuerySet) -> int:
        """Delete the entries that one query names and another does not.

        Returns:
            How many entries there were.
        """
        return self._execute(DELETE_OTHERS, pairs=pairs, keep=keep)

    def _execute(self, statement: str, **named: models.QuerySet) -> int:
        queries, params = {}, []
        for name, query in named.items():
            try:
                queries[name], its_params = query.query.get_compiler(self.db).as_sql()
            except EmptyResultSet:  # the ORM sees without asking that no row can match
                return 0
            params += its_params
        with connections[self.db].cursor() as cursor:
            cursor.execute(statement.format(table=self.model._meta.db_table, **queries), params)
            return cursor.rowcount


class TimelineEntry(models.Model):
    """A tweet is a candidate for the owner's timeline; whether they may see it is decided when they read.

    The key is all there is: no second index and no foreign key in the database, since each would cost a
    third or more of the fan-out's speed. The verbs that delete tweets and people remove their entries.
    """

    pk = models.CompositePrimaryKey("owner", "tweet")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name="entries",
        db_constraint=False,
        db_index=False,
        verbose_name=_("owner"),
    )
    tweet = models.ForeignKey(
        "timeline.Tweet",
        on_delete=models.DO_NOTHING,
        related_name="entries",
        db_constraint=False,
        db_index=False,
        verbose_name=_("tweet"),
    )

    objects = TimelineEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.tweet_id}"
