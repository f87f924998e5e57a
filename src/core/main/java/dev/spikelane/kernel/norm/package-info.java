/**
 * Kernels of normalization: batch statistics, the affine maps that apply them, their gradients, and the softmax of
 * rows. Start with {@link dev.spikelane.kernel.norm.BatchNormStep}.
 */
package dev.spikelane.kernel.norm;
