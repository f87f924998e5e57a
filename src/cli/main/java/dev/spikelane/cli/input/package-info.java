/** Options that several commands share, and the images that they read. */
package dev.spikelane.cli.input;
