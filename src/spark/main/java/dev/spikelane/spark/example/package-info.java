/** Programs to start from; {@code ./spikelane spark} and {@code spark-submit} run them as they are. */
@NullMarked
package dev.spikelane.spark.example;

import org.jspecify.annotations.NullMarked;
