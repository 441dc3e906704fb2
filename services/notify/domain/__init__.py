"""Pure rules of notify: what is wanted when, to whom, in which words, and what became of it."""
