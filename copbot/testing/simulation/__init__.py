"""A seeded simulation: virtual time, processes that are killed at any await, a platform that fails, and nothing random but one seed."""
