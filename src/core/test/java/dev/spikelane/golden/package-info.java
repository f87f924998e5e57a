/**
 * Reference numbers computed by snnTorch, and their reader.
 *
 * <p>A case is a folder with {@code case.json} and {@code .npy} arrays. The project's cases are in {@code
 * src/core/test/resources/golden}, one archive for each operation; {@code -Dspikelane.golden=DIR} reads another folder.
 *
 * <p>All were made by snnTorch 0.9.4 (commit 634fc22) on torch 2.6.0, one thread, float32. The cases of {@code
 * state_leaky}, {@code linear_leaky}, {@code delta_leaky}, {@code state_quant} and {@code quantized} (neurons with
 * {@code state_quant}) came later, from its classes alone, assembled from published sources; these classes reproduced
 * the older cases of every neuron bit for bit where no BLAS sums. Seeds were chosen so that no membrane with a sum of
 * BLAS or of a convolution is within 1e-5 of its threshold or of the middle between two levels.
 */
package dev.spikelane.golden;
