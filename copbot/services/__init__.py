"""Use cases: plain functions inside a transaction. They take a Desk (unit of work, instant, content) and return what to tell."""
