"""The catalog: listings with their life cycle, revisions and search."""
