/* Preloaded into a program, shifts the wall clock that it sees; has no functions of its own. */
