/** Libraries and arrays of pages. Not exported. */
package dev.spikelane.plot.page;
