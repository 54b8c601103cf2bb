"""Readers of photos behind one protocol."""
