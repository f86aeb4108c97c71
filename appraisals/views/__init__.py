"""Pages of duty reports: load what is visible, call one action, answer."""
