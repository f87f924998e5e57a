/** The command that trains a network. Read {@code TrainCommand} first. */
package dev.spikelane.cli.train;
