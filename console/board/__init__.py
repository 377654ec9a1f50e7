"""The supervisor's board: what it shows (pure, from the picture), how that is drawn, how boards are kept current."""
