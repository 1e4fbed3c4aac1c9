"""Facts to look around in: every figure of every cell, and how deep each implementation goes."""
