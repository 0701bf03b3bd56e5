"""What the core asks of others: a platform, a store, a clock, words. Protocols only."""
