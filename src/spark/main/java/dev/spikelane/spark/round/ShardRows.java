package dev.spikelane.spark.round;

import java.io.Serializable;

/** The rows of one shard of a batch, in the batch's order. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record ShardRows(int batch, int shard, byte[][] rows) implements Serializable {}
