"""The way a command ends when the user has to mend something."""


class UserError(Exception):
    """Something the user can mend: a wrong preset, dataset, flag or file.

    The message is one line that names the file, the key, the value and what is allowed. The command line prints it
    without a traceback and exits with code 1.
    """
