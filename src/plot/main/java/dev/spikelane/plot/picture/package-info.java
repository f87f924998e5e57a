/** Axes, colors and files of still pictures. Read {@code Picture} first. Not exported. */
package dev.spikelane.plot.picture;
