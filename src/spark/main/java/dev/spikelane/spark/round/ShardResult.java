package dev.spikelane.spark.round;

import java.io.Serializable;

/**
 * What an executor sends back.
 *
 * @param gradients a {@code ShardGradients} as bytes
 * @param nanoseconds that its computation took
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record ShardResult(byte[] gradients, long nanoseconds) implements Serializable {}
