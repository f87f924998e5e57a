/** Updates: optimizers bound to parameters, limits of gradients, and sums of those of shards. */
package dev.spikelane.train.update;
