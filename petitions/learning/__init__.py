"""What the portal learns from its own matters: who answers what, what is the same matter, what is hot.

Reads and reckons; what comes of it is written by `petitions.actions.learning`.
"""
