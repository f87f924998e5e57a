/** Whether this machine computes what every other one does. */
package dev.spikelane.cli.selftest;
