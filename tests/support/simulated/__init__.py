"""Whole copbots in the simulation: the real bot, services and store around a platform that fails, with people, kills and invariants."""
