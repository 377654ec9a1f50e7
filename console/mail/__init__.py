"""Mail: from the outbox to the mail server, and from the mailbox into conversations."""
