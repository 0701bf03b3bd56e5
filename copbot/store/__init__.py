"""SQLAlchemy lives here, and only here."""
