"""RealTrack: listings, stock, marketplaces and orders of people who sell motor parts."""

from __future__ import annotations

from realtrack import env_file

# First of all, because what starts the servers reads the environment before settings do.
env_file.load()
