/** Messages between the driver and the executors in a training step. Not for use by other code. */
@NullMarked
package dev.spikelane.spark.round;

import org.jspecify.annotations.NullMarked;
