"""What counts as one e-mail address: no list of them, and none with a name around it."""

import re

EMAIL = re.compile(r"[^@\s,;:<>\"()]{1,64}@[^@\s,;:<>\"()]{1,250}")
