/** Standard output, progress, interrupts and exit codes. */
package dev.spikelane.cli.terminal;
