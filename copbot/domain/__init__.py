"""Values and rules of a hosted discussion. Standard library only, no I/O, no clock: every rule takes ``now``."""
