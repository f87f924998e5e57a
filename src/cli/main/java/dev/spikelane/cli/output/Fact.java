package dev.spikelane.cli.output;

/** A fact of a result, for the printers of text, JSON and pages. */
sealed interface Fact permits Confusion, Statement, Table {}
