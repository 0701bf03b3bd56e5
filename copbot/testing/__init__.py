"""For those who write adapters and tests: the platform contract, a stepping clock."""
