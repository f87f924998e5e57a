package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;

/**
 * Scales and biases that convert sums of integers to currents, one of each for an output: {@code bias + scale * sum}.
 */
public record Scaling(FloatMatrix scales, FloatMatrix bias) {}
