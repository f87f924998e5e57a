/**
 * Spiking neural networks on Apache Spark. Rows enter and predictions or models leave, independent of partitions,
 * executors, retries and batches. Read {@link dev.spikelane.spark.SpikelaneModel} first to classify rows,
 * {@link dev.spikelane.spark.SpikelaneEstimator} to train, and {@link dev.spikelane.spark.SensorStream} for streams.
 *
 * <p>This module uses only exported packages of the library.
 */
@NullMarked
package dev.spikelane.spark;

import org.jspecify.annotations.NullMarked;
