"""Price rules at work: facts in, a price with its reasons out; then bulk preview, apply, undo."""
