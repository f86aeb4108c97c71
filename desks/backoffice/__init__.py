"""Tools on the administrators' pages that need more than one table: who would get it, the tree, files, locks, sessions.

Each is open to one of the three administrators only (`tools.tool`), and looks like the pages of django-unfold.
"""
