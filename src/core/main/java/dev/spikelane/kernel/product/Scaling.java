package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;

/** What makes currents of sums of integers: {@code bias + scale * sum}, of each output its own. */
public record Scaling(FloatMatrix scales, FloatMatrix bias) {}
