"""Memory: the journal, the views folded from it, and evidence."""
