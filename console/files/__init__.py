"""Files that visitors and agents send: received, examined, stored and downloaded."""
