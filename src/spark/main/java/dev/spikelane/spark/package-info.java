/**
 * Spiking neural networks on Apache Spark: one answer, whatever the partitions, executors, retries and batches.
 *
 * <p>Only the exported packages of the library are used here.
 */
@NullMarked
package dev.spikelane.spark;

import org.jspecify.annotations.NullMarked;
