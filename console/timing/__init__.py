"""When jobs of a process look at what they do now and then."""
