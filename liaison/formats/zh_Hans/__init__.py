"""Dates and times as this portal writes them, over Django's own formats for the language."""
