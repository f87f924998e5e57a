package dev.spikelane.cli.output;

/** Something that a result says: once, for the printers of text, JSON and pages. */
sealed interface Fact permits Confusion, Statement, Table {}
