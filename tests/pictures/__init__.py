"""Pictures of the running product: for the README, and of every screen to look at."""
