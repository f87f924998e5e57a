/**
 * Results as text, JSON and pages. A command collects facts in a {@code Section}, and printers format them. Read
 * {@code Section} first.
 */
package dev.spikelane.cli.output;
