"""Pages of selections: load what is visible, call one action, answer."""
