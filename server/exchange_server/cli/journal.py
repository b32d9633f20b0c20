"""`exchange journal …`: prove, measure and print the command log. Works on the files; no server is needed."""

from exchange_server.cli.commands import group

app = group("The command log on disk: prove it, measure it, print it.")
