/** Axes, colors and files of still pictures. Not exported. */
package dev.spikelane.plot.picture;
