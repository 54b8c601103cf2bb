"""Checks over what is there: found set-based, mended or called right by a person."""
