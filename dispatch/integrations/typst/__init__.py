"""Reports as tagged PDF, set by Typst."""
