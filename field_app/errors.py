"""Refusals of the whole request; what is wrong with one command is its receipt."""

from dispatch.errors import DomainError


class ReEnrol(DomainError):
    """The device and the server no longer share a history."""

    code = "re_enrol"
    status = 409
    sentence = "This device must enrol again. What waits on it is kept and sent after."


class Revoked(DomainError):
    """The device was revoked."""

    code = "wipe"
    status = 410
    sentence = "This phone was signed out by the office. Its data is deleted."


class TooOld(DomainError):
    """The app is older than the server still understands."""

    code = "update_needed"
    status = 426
    sentence = "Update the app. What waits on this device is still sent."


class TooMuch(DomainError):
    """More than one request may carry."""

    code = "too_much"
    status = 413
    sentence = "Send at most 50 acts and 256 kB at once."
