"""What PostgreSQL cannot keep in a text."""

from psycopg.abc import Buffer
from psycopg.types.string import StrDumper
from typing_extensions import override


class TextDumper(StrDumper):
    """Leaves out the character NUL, which people may send, SQLite keeps and PostgreSQL refuses: better without than not at all.

    https://www.postgresql.org/docs/current/datatype-character.html
    """

    @override
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", ""))
