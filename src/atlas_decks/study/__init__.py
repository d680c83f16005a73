"""What surrounds the decks: which day brings what, the calendar, the weekly self-assessment, exams on paper."""
