"""``docs/database.md``, made from the comments of the tables: ``python -m copbot.store.documents > docs/database.md``."""

import sys
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from copbot.store.tables import metadata
from copbot.store.tables.log import COLUMNS

HEADER = """\
# The database

Made from the comments in `copbot/store/tables`; a test keeps the two equal. Instants are UTC. An arrow names the table whose `id` is held.
For evaluation start with the view `participation_log`; other tables may change with any version, the view only grows.

```sql
SELECT question, count(*) AS responses, count(DISTINCT member) AS voices
FROM participation_log WHERE chat_id = 1 AND question IS NOT NULL GROUP BY question ORDER BY question;
```
"""


def database_document() -> str:
    """The document, as Markdown."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    return "\n".join([HEADER, *_view(), *(line for table in tables for line in _table(table))])


def _view() -> Iterator[str]:
    yield "## View `participation_log`\n"
    yield "One row a response.\n"
    yield from _grid(("column", "meaning"), ((f"`{name}`", meaning) for name, meaning in COLUMNS))


def _table(table: sa.Table) -> Iterator[str]:
    yield f"## `{table.name}`\n"
    yield f"{table.comment}\n"
    yield from _grid(("column", "type", "NULL", "meaning"), (_column(column) for column in table.columns))


def _column(column: "sa.Column[object]") -> tuple[str, ...]:
    refers_to = "".join(f" -> `{key.column.table.name}`" for key in column.foreign_keys)
    return f"`{column.name}`", f"{_kind(column)}{refers_to}", "yes" if column.nullable else "", column.comment or ""


def _kind(column: "sa.Column[object]") -> str:
    kind = column.type.impl_instance if isinstance(column.type, sa.TypeDecorator) else column.type
    names = {sa.DateTime: "instant", sa.Text: "text", sa.Boolean: "true or false", sa.LargeBinary: "bytes"}
    return next((name for type_, name in names.items() if isinstance(kind, type_)), "number")


def _grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(database_document())
