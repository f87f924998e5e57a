/** Data of figures, ranges and ticks, for pages and pictures. Read {@code SpikeTrain} first. Not exported. */
package dev.spikelane.plot.data;
