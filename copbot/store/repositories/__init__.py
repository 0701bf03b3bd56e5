"""The repositories of ``copbot.ports.store``, by subject. Statements are built once for a connection and reused."""
