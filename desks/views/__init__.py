"""Pages of staff: load through petitions.access, call one action, answer."""
