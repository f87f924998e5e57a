/** Tests that this machine computes the same results as every other machine. */
package dev.spikelane.cli.selftest;
