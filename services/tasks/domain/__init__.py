"""Pure rules of the plan's work: no clock, no database, no words for people."""
