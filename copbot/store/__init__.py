"""What is remembered, in SQL. SQLAlchemy (Core, synchronous, one database thread) lives here and nowhere else."""
