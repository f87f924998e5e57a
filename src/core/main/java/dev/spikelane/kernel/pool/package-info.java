/**
 * Pools of maps: rows in the inner order (y, x, channel), in which all channels of a position lie side by side. Not
 * exported.
 */
package dev.spikelane.kernel.pool;
