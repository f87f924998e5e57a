/**
 * Spiking neural networks on Apache Spark. Results do not depend on partitions, executors, retries and batches. Start
 * with {@link dev.spikelane.spark.SpikelaneModel} to classify rows, {@link dev.spikelane.spark.SpikelaneEstimator} to
 * train, or {@link dev.spikelane.spark.SensorStream} for streams.
 *
 * <p>This module uses only the exported packages of the library.
 */
@NullMarked
package dev.spikelane.spark;

import org.jspecify.annotations.NullMarked;
