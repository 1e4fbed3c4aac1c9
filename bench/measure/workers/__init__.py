"""Workers: how a measuring process is started, asked, watched and ended."""
