/** Compares checksums of this machine with those of every other machine. Read {@code Computation} first. */
package dev.spikelane.cli.selftest;
