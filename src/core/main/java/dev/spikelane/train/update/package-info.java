/**
 * Updates of parameters: {@link dev.spikelane.train.update.ParameterUpdate} binds an optimizer to a parameter,
 * {@link dev.spikelane.train.update.Clipping} limits gradients, and {@link dev.spikelane.train.update.ShardSum} sums
 * the gradients of shards.
 */
package dev.spikelane.train.update;
