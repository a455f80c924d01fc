"""What residents do with seats: `applying` makes a booking, `own` shows and changes one that is theirs."""
