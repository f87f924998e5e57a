/**
 * Products of weights with spikes, values and small integers. Weights are packed once, into
 * {@link dev.spikelane.kernel.product.PackedWeights}. Start with {@link dev.spikelane.kernel.product.spike.SpikeMatmul}
 * for spikes and {@link dev.spikelane.kernel.product.dense.DenseMatmul} for values.
 */
package dev.spikelane.kernel.product;
