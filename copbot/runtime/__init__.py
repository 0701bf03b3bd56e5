"""The running bot: the only code that reads the clock, sleeps or talks to a platform."""
