"""Starts everything, restarts what ends, and leaves nothing behind. `python -m realtrack.supervisor`."""
