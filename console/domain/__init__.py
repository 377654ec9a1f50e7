"""Values and pure rules: what a queue, a member, an hour or a name is, and what is allowed."""
