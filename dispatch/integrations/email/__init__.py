"""E-mail, through whatever backend the settings name."""
