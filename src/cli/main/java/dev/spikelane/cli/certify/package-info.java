/**
 * Certificates that networks agree with NIR graphs. A graph and a network enter; differences leave. Read
 * {@code Certificate} first.
 */
package dev.spikelane.cli.certify;
