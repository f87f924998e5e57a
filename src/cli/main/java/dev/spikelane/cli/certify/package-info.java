/** The reference in float64 that certifies networks of graphs of NIR. */
package dev.spikelane.cli.certify;
