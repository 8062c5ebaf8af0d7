"""What a contract says, as data: its canonical form, sums, model clauses, what is missing, what has changed."""
