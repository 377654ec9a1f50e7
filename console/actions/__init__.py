"""One authorized verb for each use case: sockets, pages and everything else that acts call these."""
