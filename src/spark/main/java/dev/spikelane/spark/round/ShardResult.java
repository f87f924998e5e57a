package dev.spikelane.spark.round;

import java.io.Serializable;

/**
 * The result that an executor sends for a shard.
 *
 * @param gradients a {@code ShardGradients} as bytes
 * @param nanoseconds time of the computation in nanoseconds
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ShardResult(byte[] gradients, long nanoseconds) implements Serializable {}
