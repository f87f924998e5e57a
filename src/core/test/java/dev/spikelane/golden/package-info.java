/**
 * Reference numbers that snnTorch itself computed, and the reader for them.
 *
 * <p>A case is a folder with {@code case.json} and {@code .npy} arrays. The cases that belong to the project lie in
 * {@code src/core/test/resources/golden}, one archive for each operation; {@code -Dspikelane.golden=DIR} reads another
 * folder of cases instead.
 *
 * <p>All were made by snnTorch 0.9.4 (commit 634fc22) on torch 2.6.0, one thread, float32. Those of
 * {@code state_leaky}, {@code linear_leaky}, {@code delta_leaky}, {@code state_quant} and {@code quantized} (neurons
 * with {@code state_quant}) came later, from its classes alone, put together from published sources; the same classes
 * gave the older cases of every neuron again, bit for bit where no BLAS sums. Seeds were chosen so that no membrane
 * that is a sum in an order of BLAS or of a convolution lies within 1e-5 of its threshold or of the middle between two
 * levels.
 */
package dev.spikelane.golden;
