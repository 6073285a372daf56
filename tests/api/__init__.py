"""The API over real HTTP and real sockets, on a real database."""
