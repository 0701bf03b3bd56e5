"""``copbot try``: a whole chat with simulated members on a simulated clock, in the browser or as a script."""
