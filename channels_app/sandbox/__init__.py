"""A marketplace on this machine that behaves as eBay's public contract says."""
