"""The only writers of stations: one verb a function, keyword-only, the clock passed in."""
