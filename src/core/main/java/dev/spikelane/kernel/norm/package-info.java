/**
 * Kernels of normalization: batch statistics, the affine maps that apply them, their way back, and the softmax of rows.
 */
package dev.spikelane.kernel.norm;
