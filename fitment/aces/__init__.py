"""The trade's application format (ACES): reading, staging, resolving, fitting, writing."""
