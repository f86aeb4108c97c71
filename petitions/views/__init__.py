"""What residents see. Each view loads, calls one action and answers; rules are in `petitions.actions`."""
