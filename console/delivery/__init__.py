"""From the feed to the screens: who hears of which fact."""
