/** Example programs; {@code ./spikelane spark} and {@code spark-submit} run them unchanged. */
@NullMarked
package dev.spikelane.spark.example;

import org.jspecify.annotations.NullMarked;
