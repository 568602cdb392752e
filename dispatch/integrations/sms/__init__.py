"""Text messages to phones: adapters with one `send`, named by SMS_SENDER."""
