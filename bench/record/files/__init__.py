"""Files: how rows become bytes on a disk, whole or not at all, and are read again."""
