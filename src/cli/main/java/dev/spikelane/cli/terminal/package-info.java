/** Standard output, progress, interrupts and exit codes. Read {@code StatusLine} first. */
package dev.spikelane.cli.terminal;
