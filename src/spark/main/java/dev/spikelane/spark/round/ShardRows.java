package dev.spikelane.spark.round;

import java.io.Serializable;

/** The rows of one shard of a batch, in the order of the batch. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ShardRows(int batch, int shard, byte[][] rows) implements Serializable {}
