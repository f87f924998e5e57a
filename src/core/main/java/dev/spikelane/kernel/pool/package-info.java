/**
 * Pools of maps: rows in the inner order (y, x, channel), with all channels of a position consecutive. Values or spikes
 * enter, pooled values leave, and gradients the other way. Start with {@link dev.spikelane.kernel.pool.MapPool}. Not
 * exported.
 */
package dev.spikelane.kernel.pool;
