"""A database constraint that Django does not have."""

from typing import Any

from django.db.models import BaseConstraint


class MirrorConstraint(BaseConstraint):
    """A row (a, b) may exist only beside its mirror (b, a); checked when the transaction commits.

    It is a deferred foreign key from the swapped pair to the unique pair of the same table, which PostgreSQL
    and SQLite both know. The pair needs a unique constraint of its own, declared before this one.

    Args:
        first, second: the names of the two fields.
    """

    def __init__(self, first: str, second: str, *, name: str) -> None:
        super().__init__(name=name)
        self.first, self.second = first, second

    # Django always gives both arguments. On SQLite, which can add no constraint to a table, it makes the table anew.
    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        first, second = (quote(model._meta.get_field(name).column) for name in (self.first, self.second))
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({second}, {first}) "
            f"REFERENCES {quote(model._meta.db_table)} ({first}, {second}) DEFERRABLE INITIALLY DEFERRED"
        )

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave it to the database: one row alone cannot know what else its transaction writes."""

    def deconstruct(self) -> tuple[str, tuple[str, str], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        return path, (self.first, self.second), kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MirrorConstraint) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__
