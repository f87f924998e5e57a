/** Options that several commands share, and their images. Read {@code CommonOptions} first. */
package dev.spikelane.cli.input;
