"""How Alembic reaches the database: over the connection that ``copbot.store.migrate`` hands it, or with ``alembic -x database=URL``."""

from alembic import context
from sqlalchemy import Connection

from copbot.store.database import make_engine, writing
from copbot.store.tables import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = writing(make_engine(context.get_x_argument(as_dictionary=True).get("database", "sqlite:///copbot.sqlite3")))
    with engine.begin() as opened:
        run(opened)
    engine.dispose()
