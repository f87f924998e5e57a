/** What driver and executors send each other in a round of training, which is not for use by other code. */
@NullMarked
package dev.spikelane.spark.round;

import org.jspecify.annotations.NullMarked;
