"""From a photo's bytes to proposed fields: pure steps with one contract, no database, no network."""
