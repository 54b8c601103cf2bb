"""RealTrack: listings, stock, marketplaces and orders of people who sell motor parts."""
