"""Public pages of stations and receptions, calendar feeds and QR codes."""
