/**
 * Products of weights with spikes ({@link dev.spikelane.kernel.product.spike.SpikeMatmul}) and with analog values
 * ({@link dev.spikelane.kernel.product.dense.DenseMatmul}). Weights are packed once
 * ({@link dev.spikelane.kernel.product.PackedWeights}).
 */
package dev.spikelane.kernel.product;
