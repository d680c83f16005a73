"""Subject files, each made once: read, drawn, judged and written out as notes, and kept until it changes."""
