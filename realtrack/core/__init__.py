"""The only code that all apps share: errors, events, runs, crypto, limits, API and page plumbing."""
