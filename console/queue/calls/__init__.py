"""The Functions of the live store as typed calls, one file for each kind of caller."""
