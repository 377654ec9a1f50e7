"""The form of a single e-mail address: not a list, and without a name around it."""

import re

EMAIL = re.compile(r"[^@\s,;:<>\"()]{1,64}@[^@\s,;:<>\"()]{1,250}")
