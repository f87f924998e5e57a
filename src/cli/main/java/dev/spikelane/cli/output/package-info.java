/** Facts, and their printers: text, JSON and pages. */
package dev.spikelane.cli.output;
