"""The public's pages: what publication has made public, read as the role *public*, without an account."""
