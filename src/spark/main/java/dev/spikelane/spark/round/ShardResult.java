package dev.spikelane.spark.round;

import java.io.Serializable;

/**
 * The result of a shard.
 *
 * @param gradients a {@code ShardGradients} as bytes
 * @param nanoseconds time of the computation
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ShardResult(byte[] gradients, long nanoseconds) implements Serializable {}
