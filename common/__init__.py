"""The ground under all floors: what belongs to no app and knows none."""
