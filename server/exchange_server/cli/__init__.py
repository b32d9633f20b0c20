"""The command line: `exchange …`. One file a group of commands; `dev` supervises a whole exchange."""
