"""Workers: the one protocol, by which a process is started, asked, watched and ended."""
