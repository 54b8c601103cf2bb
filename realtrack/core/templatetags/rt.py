"""`{% load rt %}`: every component of the back office in one library; docs/ui.md lists them."""

from __future__ import annotations

from django import template

from realtrack.core.templatetags import fields, marks, parts, tables, words

register = template.Library()
for _part in (words, marks, tables, parts, fields):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
