"""The live role: sockets of live rooms. It keeps nothing; what is said is in the database."""
