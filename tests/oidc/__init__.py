"""A real OpenID provider for tests: the certified one of npm, run by Node from a wheel."""
