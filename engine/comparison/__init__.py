"""Networks side by side: what each costs, what it has reached in stored runs, how long one sample takes here."""
