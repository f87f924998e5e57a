/** Libraries and arrays of pages. Read {@code ECharts} first. Not exported. */
package dev.spikelane.plot.page;
