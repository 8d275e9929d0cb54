"""How one reaches it: the command line, the HTTP service and the runs behind both."""
