"""Pages of the whole portal that belong to no app."""
