"""Files that visitors and agents send: taken in, looked at, kept and handed out."""
