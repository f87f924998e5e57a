/** Data of figures, their ranges and ticks, for pages and pictures alike. Not exported. */
package dev.spikelane.plot.data;
