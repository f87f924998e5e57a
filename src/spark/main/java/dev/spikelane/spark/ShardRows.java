package dev.spikelane.spark;

import java.io.Serializable;

/** The rows of one shard of a batch, in the batch's order. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record ShardRows(int batch, int shard, byte[][] rows) implements Serializable {}
