/**
 * Messages between the driver and the executors in a training step. Read {@code RoundEndpoint} first. For this module
 * only.
 */
@NullMarked
package dev.spikelane.spark.round;

import org.jspecify.annotations.NullMarked;
