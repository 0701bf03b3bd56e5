"""YAML and wording in: a strict loader, checks with file, line and column, frozen editions."""
