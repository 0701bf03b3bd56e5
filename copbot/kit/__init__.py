"""Shared by adapters and insight: Markdown, splitting."""
