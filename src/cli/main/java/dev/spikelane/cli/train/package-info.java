/** The command that trains a network. */
package dev.spikelane.cli.train;
