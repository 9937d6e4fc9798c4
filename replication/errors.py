"""The two ways a command can end early, both told in one line."""


class UserError(Exception):
    """Something the user can mend: a wrong preset, dataset, flag or file.

    The message is one line that names the file, the key, the value and what is allowed. The command line prints it
    without a traceback and exits with code 1.
    """


class Skipped(Exception):
    """A run that cannot happen here (no such device, a failed predecessor): a `skipped` row, never a crash."""
